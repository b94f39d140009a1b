#pragma once

#include <torch/types.h>

#include <vector>

namespace rn {

/// What the heads say about one pyramid level. Channels-last in memory, so that
/// permute({0, 2, 3, 1}).reshape({N, H*W*A, K}) is a view, in the order of the anchors.
struct LevelPredictions {
  torch::Tensor logits;  ///< [N, A*K, H, W], before the sigmoid; channel a*K + k
  torch::Tensor deltas;  ///< [N, A*4, H, W], encoded boxes; channel a*4 + (dx, dy, dw, dh)
};

/// P3 first.
using Predictions = std::vector<LevelPredictions>;

}  // namespace rn
