#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <string>

namespace rn {

/// A picture as the bytes of a JPEG file.
struct EncodedJpeg {
  std::string bytes;
  int64_t width = 0, height = 0;  ///< pixels
};

/// @param image RGB, 8 bit @param long_side in pixels; a larger picture is scaled down to it
EncodedJpeg encode_jpeg(const cv::Mat& image, int64_t long_side);

}  // namespace rn
