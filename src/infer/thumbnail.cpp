#include "infer/thumbnail.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/error.h"
#include "data/image.h"

namespace rn {
namespace {

/// A view of the part; no pixel is copied.
cv::Mat cut_out(const cv::Mat& image, const ImageRegion& region) {
  RN_CHECK(region.x >= 0 && region.y >= 0 && region.width > 0 && region.height > 0 &&
               region.x + region.width <= image.cols && region.y + region.height <= image.rows,
           "region {} {} {} {} of {}x{}", region.x, region.y, region.width, region.height,
           image.cols, image.rows);
  return image(cv::Rect(static_cast<int>(region.x), static_cast<int>(region.y),
                        static_cast<int>(region.width), static_cast<int>(region.height)));
}

}  // namespace

Thumbnail make_thumbnail(const std::filesystem::path& path, std::optional<ImageSize> claimed,
                         int64_t long_side, const RegionOf& region_of) {
  const cv::Mat whole = read_image(path, claimed);
  Thumbnail thumbnail;
  thumbnail.original = {whole.rows, whole.cols};
  thumbnail.region = region_of(thumbnail.original);
  cv::Mat image = cut_out(whole, thumbnail.region);
  const double scale = static_cast<double>(long_side) / std::max(image.rows, image.cols);
  if (scale < 1) cv::resize(image, image, {}, scale, scale, cv::INTER_AREA);
  cv::cvtColor(image, image, cv::COLOR_RGB2BGR);
  std::vector<unsigned char> bytes;
  constexpr int kQuality = 85;
  const bool done = cv::imencode(".jpg", image, bytes, {cv::IMWRITE_JPEG_QUALITY, kQuality});
  RN_CHECK(done, "{}", path.string());
  thumbnail.jpeg.assign(bytes.begin(), bytes.end());
  return thumbnail;
}

}  // namespace rn
