#pragma once

#include <torch/types.h>

#include <array>

namespace rn {

/// Boxes as deltas from anchors: (dx, dy) is the shift of the centre in anchor sizes, (dw, dh) the
/// log of the size ratio, each times its weight. Girshick et al. 2014, appendix C; the clamp of dw
/// and dh is torchvision's. Differentiable; maths in the anchors' type.
class BoxCoder {
 public:
  explicit BoxCoder(std::array<double, 4> weights = {1, 1, 1, 1}) : weights_(weights) {}

  /// @param boxes [..., 4] xyxy, wider and taller than 0 @param anchors [..., 4], broadcast
  /// @return [..., 4] deltas
  torch::Tensor encode(const torch::Tensor& boxes, const torch::Tensor& anchors) const;

  /// @param deltas [..., 4] @param anchors [..., 4], broadcast
  /// @return [..., 4] xyxy, not clipped; dw and dh are taken as log(1000 / 16) at most
  torch::Tensor decode(const torch::Tensor& deltas, const torch::Tensor& anchors) const;

 private:
  std::array<double, 4> weights_;
};

}  // namespace rn
