#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/image_size.h"

namespace rn {

/// What OpenCV doesn't tell about a picture's bytes: it decodes a JPEG that was cut short to a
/// picture with a grey or stale rest, and its libpng prints warnings about colour profiles.

bool is_jpeg(std::string_view bytes);

/// Whether the image's end marker is there, found by walking the segments (an embedded preview has
/// end markers of its own). ITU-T T.81, annex B.
bool jpeg_is_whole(std::string_view bytes);

/// Whether an APP1 segment of a JPEG surely asks for no turn or flip: it isn't EXIF, or its first
/// directory is whole and has no orientation but 1. In doubt false.
/// @param body what comes after marker and length
bool exif_is_upright(std::string_view body);

/// What a JPEG says about itself before its pixels.
struct JpegHeader {
  int orientation = 1;  ///< of its EXIF segment, 1..8; 1 is upright, or says nothing
  ImageSize stored;     ///< without the orientation; 0x0 if there is no frame
};
JpegHeader jpeg_header(std::string_view bytes);

bool is_png(std::string_view bytes);

/// The same picture with only the chunks that decide about pixels and orientation.
/// @return nothing if the file ends before its last chunk
std::optional<std::string> png_pixels_only(std::string_view bytes);

}  // namespace rn
