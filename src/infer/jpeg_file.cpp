#include "infer/jpeg_file.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/error.h"

namespace rn {

EncodedJpeg encode_jpeg(const cv::Mat& image, int64_t long_side) {
  constexpr int kQuality = 85;
  cv::Mat bgr = image;
  const double scale = static_cast<double>(long_side) / std::max(image.rows, image.cols);
  if (scale < 1) {
    const auto scaled = [&](int side) { return std::max(1, cvRound(side * scale)); };
    cv::resize(image, bgr, {scaled(image.cols), scaled(image.rows)}, 0, 0, cv::INTER_AREA);
  }
  cv::cvtColor(bgr, bgr, cv::COLOR_RGB2BGR);
  std::vector<unsigned char> bytes;
  const bool done = cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, kQuality});
  RN_CHECK(done, "{}x{}", bgr.cols, bgr.rows);
  return {{bytes.begin(), bytes.end()}, bgr.cols, bgr.rows};
}

}  // namespace rn
