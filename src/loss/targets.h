#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "boxes/ground_truth.h"
#include "boxes/matcher.h"

namespace rn {

/// What one pyramid level should have said about a batch.
struct LevelTargets {
  torch::Tensor labels;     ///< [N, H*W*A] int64: class index, kBackground or kIgnore
  torch::Tensor positives;  ///< [P] int64, rows of the level's [N*H*W*A] anchors, all images
  torch::Tensor images;     ///< [P] int64, the image of each, 0..N-1
  torch::Tensor boxes;      ///< [P, 4] their objects' boxes, in the anchors' type
};

/// Of a batch.
struct Targets {
  std::vector<LevelTargets> levels;
  std::vector<int64_t> positives_per_image;  ///< [N], over all levels
};

/// Matches the anchors of all levels together, image by image, on the CPU.
/// @param anchors_per_level [H*W*A, 4] for each level
/// @param num_classes K; a label outside 0..K-1 is a bug of the caller
/// @return tensors on the anchors' device
Targets assign_targets(const Matcher& matcher, const std::vector<torch::Tensor>& anchors_per_level,
                       const std::vector<GroundTruth>& ground_truths, int64_t num_classes);

}  // namespace rn
