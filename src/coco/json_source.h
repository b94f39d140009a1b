#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace rn {

/// Bytes of the longest text that simdjson reads: its positions have 32 bits.
inline constexpr int64_t kLongestJson = int64_t{0xFFFFFFFF};

/// The text of a JSON file.
struct JsonSource {
  std::string text;
  int64_t dropped = 0;  ///< bytes of space before it that aren't kept
};

/// Reads the whole of a file. A pipe or device may have no end: of these space at the beginning is
/// dropped, and nothing more is read once the text can't be JSON, or is longer than `longest`.
/// @throws Error naming the path and the reason if it can't be read
JsonSource read_json_source(const std::filesystem::path& path, int64_t longest = kLongestJson);

}  // namespace rn
