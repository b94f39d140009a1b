#include "convert/csv_rows.h"

#include <csv.h>

#include <algorithm>
#include <memory>
#include <new>

#include "core/error.h"

namespace rn {
namespace {

/// What libcsv's callbacks fill.
struct RowCollector {
  std::vector<CsvRow> rows;
  CsvRow row;
  bool is_inside = false;  ///< of a row, maybe of one of several lines

  static void take_field(void* field, size_t size, void* self) {
    auto& collector = *static_cast<RowCollector*>(self);
    collector.row.fields.emplace_back(static_cast<const char*>(field), size);
  }
  static void take_row(int, void* self) {
    auto& collector = *static_cast<RowCollector*>(self);
    collector.rows.push_back(std::move(collector.row));
    collector.row = {};
    collector.is_inside = false;
  }
};

}  // namespace

std::vector<CsvRow> parse_csv_rows(std::string_view text, const std::string& source) {
  csv_parser parser;
  RN_CHECK(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0, "csv_init");
  const std::unique_ptr<csv_parser, void (*)(csv_parser*)> guard(&parser, csv_free);
  RowCollector collector;
  int64_t line = 0;
  const auto check = [&](bool is_good) {
    if (is_good) return;
    if (csv_error(&parser) != CSV_EPARSE) throw std::bad_alloc();
    fail(
        "{}: line {}: a quote that isn't closed, or stands inside a field; a field with quotes is "
        "written in quotes, with each of its own doubled",
        source, collector.is_inside ? collector.row.line : line);
  };
  // Line by line, for the number of the line in which a row begins.
  while (!text.empty()) {
    const size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    ++line;
    if (!collector.is_inside) collector.row.line = line;
    collector.is_inside = true;
    check(csv_parse(&parser, text.data(), size, RowCollector::take_field, RowCollector::take_row,
                    &collector) == size);
    // A line of blanks is no row, and libcsv doesn't tell.
    if (collector.row.fields.empty() && parser.pstate == 0) collector.is_inside = false;
    text.remove_prefix(size);
  }
  check(csv_fini(&parser, RowCollector::take_field, RowCollector::take_row, &collector) == 0);
  return std::move(collector.rows);
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) {
    if (!line.empty() || &field != fields.data()) line += ',';
    const bool is_plain = field.find_first_of(",\"\r\n") == std::string::npos &&
                          (field.empty() || (field.front() != ' ' && field.front() != '\t' &&
                                             field.back() != ' ' && field.back() != '\t'));
    if (is_plain) {
      line += field;
      continue;
    }
    std::string quoted_field(2 * field.size() + 2, '\0');
    quoted_field.resize(
        csv_write(quoted_field.data(), quoted_field.size(), field.data(), field.size()));
    line += quoted_field;
  }
  return line + "\n";
}

}  // namespace rn
