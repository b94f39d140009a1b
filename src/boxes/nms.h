#pragma once

#include <torch/types.h>

#include <cstdint>
#include <limits>

namespace rn {

/// Greedy non-maximum suppression within each class: exactly torchvision's batched_nms on the CPU.
/// By score, highest first, equal scores by index; a box goes if its IoU with a kept one of its
/// class is > iou_threshold. Up to 1000 boxes torchvision moves the boxes of class k by k *
/// (largest coordinate + 1) and suppresses among all of them, whose rounding decides cases near the
/// threshold (and, where coordinates are negative, lets classes touch); so does this. One
/// departure: NaN scores come last.
/// @param boxes [n, 4] xyxy @param scores [n] @param labels [n] int64
/// @param max_kept stop after so many
/// @return [k] int64 indices of the kept boxes, highest score first, on the boxes' device
torch::Tensor nms_per_class(const torch::Tensor& boxes, const torch::Tensor& scores,
                            const torch::Tensor& labels, double iou_threshold,
                            int64_t max_kept = std::numeric_limits<int64_t>::max());

}  // namespace rn
