#include "infer/picture_writer.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/files.h"

namespace rn {

void write_picture(const std::filesystem::path& path, const cv::Mat& rgb) {
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  std::vector<uchar> bytes;
  const std::string ending = path.extension() == ".png" ? ".png" : ".jpg";
  RN_CHECK(cv::imencode(ending, bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, 95}), "{}", path.string());
  write_file_atomically(
      path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace rn
