#include "infer/thumbnail.h"

#include "core/error.h"
#include "data/image.h"
#include "infer/jpeg_file.h"

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
  thumbnail.jpeg = encode_jpeg(cut_out(whole, thumbnail.region), long_side).bytes;
  return thumbnail;
}

}  // namespace rn
