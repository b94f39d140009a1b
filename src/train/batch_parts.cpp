#include "train/batch_parts.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/memory.h"

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

std::string out_of_memory_text(const Batch& batch, const std::exception& error) {
  int64_t objects = 0;
  for (const GroundTruth& truth : batch.targets) objects += truth.labels.size(0);
  return fmt::format("out of memory with {} image{} of {}x{} and {} objects{}", batch.size(),
                     batch.size() == 1 ? "" : "s", batch.images.size(3), batch.images.size(2),
                     objects, asked_memory_text(error.what()));
}

std::string out_of_memory_remedy(const Batch& batch, int64_t batches, bool can_be_bf16) {
  // The network's input is a multiple of 32 wide and high.
  const auto smaller = [](int64_t side) {
    return std::max<int64_t>(32, static_cast<int64_t>(std::sqrt(0.5) * side) / 32 * 32);
  };
  const auto [low, high] = std::minmax({batch.images.size(2), batch.images.size(3)});
  const std::string size =
      fmt::format("data.short_side to {} and data.long_side to {} (half the pixels)", smaller(low),
                  smaller(high));
  const std::string precision = can_be_bf16 ? ", or precision to bf16" : "";
  if (batch.size() == 1) {
    return fmt::format(": set {}{}, or take a smaller model.backbone.name", size, precision);
  }
  const int64_t half = batch.size() / 2;
  return fmt::format(
      "; batch norm sees a batch as a whole, so it can't be done in parts: set train.batch_size to "
      "{} and train.accumulate to {} (as many images in a step), or model.backbone.norm to gn or "
      "frozen_bn (it then goes on in parts by itself), or {}{}",
      half, batches * ((batch.size() + half - 1) / half), size, precision);
}

Batch slice(const Batch& batch, int64_t first, int64_t count) {
  return {batch.images.narrow(0, first, count), slice(batch.targets, first, count),
          slice(batch.image_ids, first, count), slice(batch.sizes_input, first, count),
          slice(batch.sizes_original, first, count)};
}

int64_t BatchParts::part_size(const Batch& batch) const {
  int64_t size = batch.size();
  if (limit_ == 0) return size;
  while (size > 1 && size * pixels_of_image(batch) >= limit_) size = (size + 1) / 2;
  return size;
}

void BatchParts::was_too_large(const Batch& part) {
  const int64_t pixels = part.size() * pixels_of_image(part);
  limit_ = limit_ == 0 ? pixels : std::min(limit_, pixels);
}

}  // namespace rn
