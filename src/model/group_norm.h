#pragma once

#include <torch/types.h>

#include <cstdint>

namespace rn {

/// Group norm with an affine map per channel. Wu and He 2018, Eq. 1 to 6.
///
/// On the CPU everything is channels-last, forward and backward, and bfloat16 works with float32
/// weights: LibTorch 1.13's own copies to NCHW and back and refuses the mixed types. Elsewhere it
/// is torch::group_norm. One derivative only.
/// @param x [N, C, H, W] @param weight, bias [C] @return [N, C, H, W] of x's dtype
torch::Tensor group_norm(const torch::Tensor& x, int64_t groups, const torch::Tensor& weight,
                         const torch::Tensor& bias, double eps);

}  // namespace rn
