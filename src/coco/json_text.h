#pragma once

#include <cstdint>
#include <string_view>

namespace rn {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

inline bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

inline bool is_json_digit(char c) { return c >= '0' && c <= '9'; }

/// Where passing over a value ended.
struct JsonSkip {
  const char* at;  ///< after the value; where it isn't complete, the first byte that can't be there
  bool complete;
};

// Texts must be followed by a zero byte, which nothing in JSON can be: it ends every loop. A value
// that the text's end cuts isn't complete, and `at` is that end.

/// Passes over a string whose opening quote is at `begin`.
JsonSkip json_string_end(const char* begin, const char* end);

/// Passes over a value of any kind, and checks all of it: JSON, and NaN, Infinity and -Infinity, as
/// Python's `json` module reads it. (That the text is UTF-8 is checked elsewhere.) Of a number or
/// word what is right is taken; the caller sees what follows.
JsonSkip json_value_end(const char* begin, const char* end);

/// The first byte of what isn't UTF-8; the text's end if all is.
const char* first_broken_character(std::string_view text);

}  // namespace rn
