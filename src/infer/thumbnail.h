#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/image_size.h"

namespace rn {

/// A picture scaled down, as the bytes of a JPEG.
struct Thumbnail {
  std::string jpeg;
  ImageSize original;  ///< pixels before it was scaled
};

/// @param claimed the size that an annotation file gives the picture, see read_image
/// @param long_side at most, in pixels; a smaller picture keeps its size
/// @throws Error as read_image
Thumbnail make_thumbnail(const std::filesystem::path& path, std::optional<ImageSize> claimed,
                         int64_t long_side);

}  // namespace rn
