#pragma once

#include <filesystem>
#include <opencv2/core/mat.hpp>

namespace rn {

/// Writes a picture, as PNG if the path ends so, else as JPEG of high quality; an earlier file is
/// replaced when the new one is complete.
/// @param rgb CV_8UC3
/// @throws Error naming the path and the reason
void write_picture(const std::filesystem::path& path, const cv::Mat& rgb);

}  // namespace rn
