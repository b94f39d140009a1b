#pragma once

#include <cstdint>
#include <functional>

#include "core/image_size.h"

namespace rn {

/// A part of a picture, in its pixels.
struct ImageRegion {
  int64_t x = 0;
  int64_t y = 0;
  int64_t width = 0;
  int64_t height = 0;
  bool operator==(const ImageRegion&) const = default;
};

inline ImageRegion whole_image(const ImageSize& size) { return {0, 0, size.width, size.height}; }

/// The part that is wanted of a picture of that size; not empty and within it.
using RegionOf = std::function<ImageRegion(const ImageSize&)>;

}  // namespace rn
