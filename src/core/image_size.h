#pragma once

#include <cstdint>

namespace rn {

/// Height and width in pixels, in that order everywhere.
struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;
  bool operator==(const ImageSize&) const = default;
};

}  // namespace rn
