#include "train/batch_parts.h"

#include <algorithm>
#include <vector>

namespace rn {
namespace {

int64_t pixels_of_image(const Batch& batch) {
  return batch.images.size(2) * batch.images.size(3);  // padding included
}

template <class T>
std::vector<T> slice(const std::vector<T>& values, int64_t first, int64_t count) {
  return {values.begin() + first, values.begin() + first + count};
}

}  // namespace

std::string memory_text(const Batch& batch) {
  int64_t objects = 0;
  for (const GroundTruth& truth : batch.targets) objects += truth.labels.size(0);
  return fmt::format("{} images of {}x{} and {} objects", batch.size(), batch.images.size(3),
                     batch.images.size(2), objects);
}

Batch slice(const Batch& batch, int64_t first, int64_t count) {
  return {batch.images.narrow(0, first, count), slice(batch.targets, first, count),
          slice(batch.image_ids, first, count), slice(batch.sizes_input, first, count),
          slice(batch.sizes_original, first, count)};
}

int64_t BatchParts::part_size(const Batch& batch) const {
  int64_t size = batch.size();
  while (size > 1 && size * pixels_of_image(batch) >= too_many_pixels_) size = (size + 1) / 2;
  return size;
}

void BatchParts::was_too_large(const Batch& part) {
  too_many_pixels_ = std::min(too_many_pixels_, part.size() * pixels_of_image(part));
}

}  // namespace rn
