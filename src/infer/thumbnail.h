#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/image_region.h"
#include "core/image_size.h"

namespace rn {

/// A picture, or a part of it, scaled down, as the bytes of a JPEG.
struct Thumbnail {
  std::string jpeg;
  ImageSize original;  ///< pixels of the picture before it was cut and scaled
  ImageRegion region;  ///< the part
};

/// The part is cut from the picture in its full resolution, then scaled.
/// @param claimed the size that an annotation file gives the picture, see read_image
/// @param long_side of the part at most, in pixels; a smaller one keeps its size
/// @throws Error as read_image
Thumbnail make_thumbnail(const std::filesystem::path& path, std::optional<ImageSize> claimed,
                         int64_t long_side, const RegionOf& region_of = whole_image);

}  // namespace rn
