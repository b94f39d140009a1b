#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "boxes/ground_truth.h"
#include "core/image_size.h"

namespace rn {

/// What one training or validation step reads.
struct Batch {
  torch::Tensor images;  ///< [N, 3, H, W] float32 RGB, normalised, channels-last, padded with 0
  std::vector<GroundTruth> targets;       ///< N, in the frame of `images`
  std::vector<int64_t> image_ids;         ///< N, COCO ids
  std::vector<ImageSize> sizes_input;     ///< N, the part of `images` that is not padding
  std::vector<ImageSize> sizes_original;  ///< N, after EXIF orientation, before the resize

  int64_t size() const { return static_cast<int64_t>(image_ids.size()); }
};

}  // namespace rn
