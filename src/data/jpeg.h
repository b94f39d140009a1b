#pragma once

#include <opencv2/core/mat.hpp>
#include <string_view>

namespace rn {

/// Decodes an ordinary JPEG straight to RGB with libjpeg, to the bytes that OpenCV would give, in
/// three quarters of its time: OpenCV goes by way of BGR. Ordinary is what nearly every picture of
/// a data set is: 8 bit, grey, YCbCr or RGB, upright, without the least damage.
/// @return [H, W, 3], 8 bit; empty for everything else (CMYK, an EXIF turn, an EXIF segment in
/// doubt, an error, or anything that libjpeg would warn of), which OpenCV is to decode or to refuse
cv::Mat decode_ordinary_jpeg(std::string_view bytes);

}  // namespace rn
