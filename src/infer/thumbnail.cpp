#include "infer/thumbnail.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/error.h"
#include "data/image.h"

namespace rn {

Thumbnail make_thumbnail(const std::filesystem::path& path, std::optional<ImageSize> claimed,
                         int64_t long_side) {
  cv::Mat image = read_image(path, claimed);
  Thumbnail thumbnail;
  thumbnail.original = {image.rows, image.cols};
  const double scale = static_cast<double>(long_side) / std::max(image.rows, image.cols);
  if (scale < 1) cv::resize(image, image, {}, scale, scale, cv::INTER_AREA);
  cv::cvtColor(image, image, cv::COLOR_RGB2BGR);
  std::vector<unsigned char> bytes;
  constexpr int kQuality = 80;
  const bool done = cv::imencode(".jpg", image, bytes, {cv::IMWRITE_JPEG_QUALITY, kQuality});
  RN_CHECK(done, "{}", path.string());
  thumbnail.jpeg.assign(bytes.begin(), bytes.end());
  return thumbnail;
}

}  // namespace rn
