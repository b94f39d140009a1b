#include "data/image_cache.h"

#include "core/error.h"
#include "data/image.h"

namespace rn {

cv::Mat ImageCache::get(int64_t index, const LabelledImage& record) {
  const auto slot = static_cast<size_t>(index);
  if (!images_.empty()) {
    const std::lock_guard lock(mutex_);
    if (!images_[slot].empty()) return images_[slot];
  }
  cv::Mat image = read_image(record.path, record.size);
  if (!images_.empty()) {
    const auto bytes = static_cast<int64_t>(image.total() * image.elemSize());
    const std::lock_guard lock(mutex_);
    if (images_[slot].empty() && bytes <= bytes_left_) {
      images_[slot] = image;
      bytes_left_ -= bytes;
    }
  }
  return image;
}

}  // namespace rn
