#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rn {

struct CsvRow {
  int64_t line = 0;  ///< the first one of the row, from 1
  std::vector<std::string> fields;
};

/// Rows of comma-separated values by RFC 4180: a field in quotes may have commas, line breaks and
/// doubled quotes; blanks around a field without quotes don't count. Lines without anything are no
/// rows.
/// @param source for messages
/// @throws Error naming the line: a quote inside a field without quotes, one that isn't closed
std::vector<CsvRow> parse_csv_rows(std::string_view text, const std::string& source);

/// A row with its line break. Fields are quoted where they must be.
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace rn
