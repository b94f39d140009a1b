#pragma once

#include <torch/types.h>

#include "loss/classification_loss.h"

namespace rn {

/// classification_loss out of LibTorch's own operations, for devices that the fused pass isn't
/// written for. Same contract, same values to rounding, several times the memory.
/// @param logits [N, R, K] @param labels [N, R]
/// @return scalar, unscaled
torch::Tensor composed_sigmoid_focal(const torch::Tensor& logits, const torch::Tensor& labels,
                                     const ClassificationTerms& terms);
torch::Tensor composed_softmax_focal(const torch::Tensor& logits, const torch::Tensor& labels,
                                     const ClassificationTerms& terms);

}  // namespace rn
