#include "cli/image_size_option.h"

#include <algorithm>
#include <charconv>

#include "core/error.h"

namespace rn {

ImageSize parse_size(const std::string& text) {
  constexpr int64_t kMost = 16384;
  ImageSize size;
  const char* const end = text.data() + text.size();
  const auto height = std::from_chars(text.data(), end, size.height);
  const bool has_x = height.ec == std::errc() && height.ptr != end && *height.ptr == 'x';
  const auto width = has_x ? std::from_chars(height.ptr + 1, end, size.width) : height;
  if (!has_x || width.ec != std::errc() || width.ptr != end ||
      std::min(size.height, size.width) < 1 || std::max(size.height, size.width) > kMost) {
    fail("--size: found \"{}\", expected HEIGHTxWIDTH, each 1 to {} pixels, for example 800x1088",
         text, kMost);
  }
  return size;
}

}  // namespace rn
