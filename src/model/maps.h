#pragma once

#include <torch/types.h>

#include <vector>

namespace rn {

/// Feature maps [N, C, H, W] that share weights, each of a size of its own: pyramid levels.
using Maps = std::vector<torch::Tensor>;

}  // namespace rn
