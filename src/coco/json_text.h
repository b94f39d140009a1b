#pragma once

#include <cstdint>
#include <string_view>

namespace rn {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

inline bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Where passing over a value ended.
struct JsonSkip {
  const char* at;  ///< after the value; where it isn't complete, the place that stopped it
  bool complete;
};

/// Passes over a string whose opening quote is at `begin`. Stops at a control character in it.
JsonSkip json_string_end(const char* begin, const char* end);

/// Passes over a list or object that opens at `begin`, by its brackets alone: they are counted,
/// not paired, as simdjson counts them. Stops at what simdjson could read otherwise (a backslash
/// outside of a string), and at the end of the text.
JsonSkip json_container_end(const char* begin, const char* end);

}  // namespace rn
