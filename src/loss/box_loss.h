#pragma once

#include <torch/types.h>

#include "boxes/box_coder.h"
#include "loss/config.h"

namespace rn {

/// A loss between the predicted and true box of each positive anchor. l1 and
/// smooth_l1 compare deltas; giou (Rezatofighi et al. 2019), diou and ciou (Zheng et al. 2020)
/// compare decoded boxes, with torchvision's eps of 1e-7.
/// @param deltas [P, 4] float or double @param anchors [P, 4] @param boxes [P, 4] the true boxes
/// @return [P], with gradients
torch::Tensor box_losses(const torch::Tensor& deltas, const torch::Tensor& anchors,
                         const torch::Tensor& boxes, const BoxCoder& coder,
                         const BoxLossConfig& config);

}  // namespace rn
