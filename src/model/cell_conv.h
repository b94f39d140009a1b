#pragma once

#include <torch/types.h>

#include "model/tower_cells.h"

namespace rn {

/// The cells of a feature map as rows. Its gradient is a map of zeros but for these cells.
/// @param map [N, C, H, W] on the CPU, best channels-last
/// @param cells [R] int64, each once
/// @return [R, C], with a gradient
torch::Tensor take_cells(const torch::Tensor& map, const torch::Tensor& cells);

/// A 3x3 convolution, padded with zeros, of listed cells alone: gathers what each output reads,
/// then one matrix product. Equals the dense convolution in those cells up to rounding, and so do
/// the gradients if nothing reads another cell. Needs O(outputs) memory for the backward pass; the
/// gathered inputs, 9 times as large, are made again.
/// @param inputs [cells.inputs(), C] float, double or bfloat16, on the CPU
/// @param weight [O, C, 3, 3], best channels-last; cast to the inputs' type, as is the bias
/// @param bias [O]
/// @return [cells.outputs(), O] in the inputs' type, with gradients; once differentiable
torch::Tensor cell_conv(const torch::Tensor& inputs, const torch::Tensor& weight,
                        const torch::Tensor& bias, const ConvCells& cells);

}  // namespace rn
