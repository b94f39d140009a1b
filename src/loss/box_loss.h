#pragma once

#include <torch/types.h>

#include "boxes/box_coder.h"
#include "loss/config.h"

namespace rn {

/// Sum over the boxes of a loss between predicted and true boxes of positive anchors. l1 and
/// smooth_l1 compare deltas; giou (Rezatofighi et al. 2019), diou and ciou (Zheng et al. 2020)
/// compare decoded boxes, with torchvision's eps of 1e-7.
/// @param deltas [P, 4] float or double @param anchors [P, 4] @param boxes [P, 4] the true boxes
/// @return scalar; 0 with a gradient if P = 0
torch::Tensor box_loss(const torch::Tensor& deltas, const torch::Tensor& anchors,
                       const torch::Tensor& boxes, const BoxCoder& coder,
                       const BoxLossConfig& config);

}  // namespace rn
