#pragma once

#include <torch/types.h>

namespace rn {

/// Whether float32 matrix products are fast here: on the CPU, with a BLAS that is. LibTorch's
/// convolutions don't need one; those of this layer that are made of products do.
bool has_fast_matrix_products(torch::Device device);

/// The same of bfloat16: on a CPU where LibTorch gives them to oneDNN.
bool has_fast_bf16_products(torch::Device device);

}  // namespace rn
