#pragma once

#include <torch/types.h>

#include "core/image_size.h"

namespace rn {

/// The pixel convention, for the whole program: boxes are (x1, y1, x2, y2) in continuous pixel
/// coordinates, the first pixel covers [0, 1) x [0, 1), a box's width is x2 - x1 (no +1), x to the
/// right, y down. Tensors of boxes are [..., 4], float32 unless a test asks for double.

/// @return [N] areas; negative widths or heights count as 0
torch::Tensor box_area(const torch::Tensor& boxes);

/// Intersection over union. @param a [M, 4] @param b [N, 4] @return [M, N]; 0 where the union is
/// empty
torch::Tensor box_iou(const torch::Tensor& a, const torch::Tensor& b);

/// Clips to [0, width] x [0, height]. @param boxes [..., 4]
torch::Tensor clip_boxes(const torch::Tensor& boxes, const ImageSize& size);

}  // namespace rn
