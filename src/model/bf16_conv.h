#pragma once

#include <torch/types.h>

#include <cstdint>

namespace rn {

/// A convolution in bfloat16 on the CPU that is LibTorch's forward and towards its input, but whose
/// weight's gradient is made of matrix products (one for each tap of the kernel), which take a
/// quarter to three quarters of the time of oneDNN's own. Sums are in float32 in both.
/// @param map [N, C, H, W], best channels-last
/// @param weight [O, C, k, k]: k = 1, or k = 3 with stride 1, padded to keep the size
/// @param bias [O], or undefined
/// @return [N, O, H', W'], with gradients; once differentiable
torch::Tensor bf16_conv(const torch::Tensor& map, const torch::Tensor& weight,
                        const torch::Tensor& bias, int64_t stride);

/// Whether that is possible and quicker. @param weight of any dtype, kernel size and device
bool is_bf16_conv_quicker(const torch::Tensor& map, const torch::Tensor& weight, int64_t stride);

}  // namespace rn
