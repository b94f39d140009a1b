#include "train/batch_parts.h"

#include <algorithm>
#include <sstream>
#include <string_view>
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

/// " (2.0 GB more were asked for)" from LibTorch's "you tried to allocate 2000000000 bytes" or
/// "Tried to allocate 1.86 GiB"; else nothing.
std::string wanted_text(std::string_view error) {
  constexpr std::string_view kStart = "ried to allocate ";
  const size_t start = error.find(kStart);
  if (start == std::string_view::npos) return "";
  std::istringstream words(std::string(error.substr(start + kStart.size())));
  double amount = 0;
  std::string unit;
  if (!(words >> amount >> unit)) return "";
  const double bytes = amount * (unit.starts_with("GiB")   ? 0x1p30
                                 : unit.starts_with("MiB") ? 0x1p20
                                 : unit.starts_with("KiB") ? 0x1p10
                                                           : 1.0);
  return bytes < 1e8 ? fmt::format(" ({:.1f} MB more were asked for)", bytes / 1e6)
                     : fmt::format(" ({:.1f} GB more were asked for)", bytes / 1e9);
}

}  // namespace

std::string out_of_memory_text(const Batch& batch, const std::exception& error) {
  int64_t objects = 0;
  for (const GroundTruth& truth : batch.targets) objects += truth.labels.size(0);
  return fmt::format("out of memory with {} images of {}x{} and {} objects{}", batch.size(),
                     batch.images.size(3), batch.images.size(2), objects,
                     wanted_text(error.what()));
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
