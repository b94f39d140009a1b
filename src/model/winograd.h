#pragma once

#include <torch/types.h>

#include <vector>

namespace rn {

/// 3x3 convolutions of stride 1, padded with zeros, by Winograd's F(4x4, 3x3) (see
/// winograd_kernel.h): a quarter of the multiplications, as 36 matrix products. Equals the direct
/// convolution up to rounding, which is about 8 times as large: of outputs with standard deviation
/// 1, the worst of millions is off by 5e-5 instead of 6e-6. So are the gradients.
/// @param maps on the CPU, each [N, C, H, W] float32, sizes of their own; all share the weight
/// @param weight [O, C, 3, 3] float32 @param bias [O], or undefined
/// @return for each map [N, O, H, W] channels-last, with gradients; once differentiable. The result
/// doesn't depend on the number of threads.
std::vector<torch::Tensor> winograd_conv(const std::vector<torch::Tensor>& maps,
                                         const torch::Tensor& weight, const torch::Tensor& bias);

/// Whether that is quicker than LibTorch's convolution: many tiles and channels on both sides, a
/// fast BLAS. @param maps, weight as above, but of any dtype, device and kernel size
bool is_winograd_quicker(const std::vector<torch::Tensor>& maps, const torch::Tensor& weight);

}  // namespace rn
