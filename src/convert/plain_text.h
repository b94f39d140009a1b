#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rn {

/// A text file without the byte order mark that Windows' editors put before it.
/// @throws Error naming the path and the reason
std::string read_text(const std::filesystem::path& path);

/// Without blanks (and the carriage returns of CRLF) at both ends.
std::string_view trimmed(std::string_view text);

/// Its lines, trimmed; the last one needs no line break. The views are of `text`.
std::vector<std::string_view> trimmed_lines(std::string_view text);

/// The words between blanks.
std::vector<std::string_view> words_of(std::string_view line);

/// The whole text as a number, blanks around it allowed, whatever the locale; NaN and infinity are
/// numbers here. @return nothing if it is something else
std::optional<double> to_number(std::string_view text);
std::optional<int64_t> to_whole(std::string_view text);

/// A file's text in a message: quoted, control characters replaced, cut where it is long.
std::string in_quotes(std::string_view text);

}  // namespace rn
