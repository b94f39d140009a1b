#pragma once

#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string_view>

#include "core/image_size.h"

namespace rn {

/// Turns off OpenCV's messages and its own threads, for the whole process: many pictures are
/// decoded at once, one in each thread. Called by every function of this header; cheap.
void use_opencv_quietly();

/// Decodes a picture to RGB, 8 bit, [H, W, 3], EXIF orientation applied. Grey is repeated, 16 bit
/// is scaled to 8, CMYK JPEG becomes RGB, an alpha channel is dropped (as PIL's convert("RGB")
/// and therefore torchvision and detectron2 do).
///
/// With `expected`, the size an annotation file claims, the picture is held to it, since boxes that
/// were drawn on another picture teach nonsense: equal is good; if the file carries an EXIF
/// quarter turn and the claim is the size without it, the boxes were drawn on the picture as
/// stored, so the turn is left out; anything else is an error.
/// @throws Error naming the file and the reason: missing, empty, cut short, not a picture, or both
/// sizes
cv::Mat read_image(const std::filesystem::path& path, std::optional<ImageSize> expected = {});

/// The same from the content of a file. @param name for messages
cv::Mat decode_image(std::string_view bytes, const std::string& name,
                     std::optional<ImageSize> expected = {});

/// The size of what read_image gives without an `expected`. Of a JPEG only the header is looked at,
/// so what is wrong with its pixels isn't seen. @throws Error as read_image
ImageSize read_image_size(const std::filesystem::path& path);

}  // namespace rn
