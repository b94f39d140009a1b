#pragma once

#include <torch/types.h>

#include <cstdint>

namespace rn {

// Norms with an affine map per channel. On the CPU everything is channels-last, forward and
// backward, sums are double, and bfloat16 works with float32 weights. LibTorch 1.13's group norm
// copies to NCHW and back and refuses the mixed types; its channels-last batch norm sums in
// float32. Elsewhere they are LibTorch's. One derivative only.

/// Wu and He 2018, Eq. 1 to 6.
/// @param x [N, C, H, W] @param weight, bias [C] @return [N, C, H, W] of x's dtype
torch::Tensor group_norm(const torch::Tensor& x, int64_t groups, const torch::Tensor& weight,
                         const torch::Tensor& bias, double eps);

/// Running mean and (unbiased) variance, [C] each, changed in place by every batch_norm:
/// running = (1 - momentum) * running + momentum * batch's.
struct RunningStatistics {
  torch::Tensor mean;
  torch::Tensor variance;
  double momentum;
};

/// Batch norm of a training step, by the batch's own statistics. Ioffe and Szegedy 2015, Alg. 1.
/// A batch of one pixel leaves the running variance as it was: LibTorch makes it NaN.
/// @param x [N, C, H, W] @param weight, bias [C] @return [N, C, H, W] of x's dtype
torch::Tensor batch_norm(const torch::Tensor& x, const torch::Tensor& weight,
                         const torch::Tensor& bias, const RunningStatistics& running, double eps);

}  // namespace rn
