#pragma once

#include <torch/types.h>

#include "model/maps.h"

namespace rn {

/// 3x3 convolutions of stride 1, padded with zeros, by Winograd's F(4x4, 3x3) (see
/// winograd_kernel.h): a quarter of the multiplications, as 36 matrix products. Equals the direct
/// convolution up to rounding, which is about 7 times as large: for 256 -> 256 channels on
/// 100x136 cells, the worst of 3.5 million outputs is off by 4e-5 of their standard deviation
/// instead of 6e-6, the worst gradient by 7e-5 instead of 1e-5.
/// @param maps on the CPU, each [N, C, H, W] float32, sizes of their own; all share the weight
/// @param weight [O, C, 3, 3] float32 @param bias [O], or undefined
/// @return for each map [N, O, H, W] channels-last, with gradients; once differentiable. The result
/// doesn't depend on the number of threads.
Maps winograd_conv(const Maps& maps, const torch::Tensor& weight, const torch::Tensor& bias);

/// Whether that is quicker than LibTorch's convolution: many tiles and channels on both sides, a
/// fast BLAS. @param maps, weight as above, but of any dtype, device and kernel size
bool is_winograd_quicker(const Maps& maps, const torch::Tensor& weight);

}  // namespace rn
