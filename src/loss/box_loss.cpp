#include "loss/box_loss.h"

#include <torch/nn/functional/loss.h>

#include <numbers>

#include "core/error.h"

namespace rn {
namespace {

constexpr double kEps = 1e-7;

struct Sides {
  torch::Tensor width, height;
  torch::Tensor area() const { return width * height; }
  torch::Tensor squared_diagonal() const { return width.square() + height.square(); }
};

/// The sides of the box from the larger low corners to the smaller high corners, and so on.
Sides sides_between(const torch::Tensor& low, const torch::Tensor& high) {
  const auto sides = high - low;
  return {sides.select(-1, 0), sides.select(-1, 1)};
}

/// 4 / pi^2 (difference of the angles of the diagonals)^2; Zheng et al. 2020, Eq. 9. A prediction
/// without width and height has no angle: the bound keeps it and its gradient finite.
torch::Tensor aspect_difference(const Sides& predicted, const Sides& truth) {
  const auto angle = [](const Sides& sides) {
    return torch::atan(sides.width.clamp_min(kEps) / sides.height.clamp_min(kEps));
  };
  return 4 / (std::numbers::pi * std::numbers::pi) * (angle(truth) - angle(predicted)).square();
}

torch::Tensor iou_loss(const torch::Tensor& predicted, const torch::Tensor& truth,
                       BoxLossKind kind) {
  const auto low_p = predicted.slice(-1, 0, 2), high_p = predicted.slice(-1, 2, 4);
  const auto low_t = truth.slice(-1, 0, 2), high_t = truth.slice(-1, 2, 4);
  const auto sides_p = sides_between(low_p, high_p), sides_t = sides_between(low_t, high_t);
  const auto shared = (torch::min(high_p, high_t) - torch::max(low_p, low_t)).clamp_min(0);
  const auto intersection = shared.select(-1, 0) * shared.select(-1, 1);
  const auto union_area = sides_p.area() + sides_t.area() - intersection;
  const auto iou = intersection / (union_area + kEps);
  const auto hull = sides_between(torch::min(low_p, low_t), torch::max(high_p, high_t));
  if (kind == BoxLossKind::kGiou) {
    return 1 - iou + (hull.area() - union_area) / (hull.area() + kEps);
  }
  const auto shift = sides_between((low_p + high_p) / 2, (low_t + high_t) / 2);
  const auto diou = 1 - iou + shift.squared_diagonal() / (hull.squared_diagonal() + kEps);
  if (kind == BoxLossKind::kDiou) return diou;
  const auto v = aspect_difference(sides_p, sides_t);
  const auto trade_off = (v / (1 - iou + v + kEps)).detach();  // a constant, says the paper
  return diou + trade_off * v;
}

}  // namespace

torch::Tensor box_losses(const torch::Tensor& deltas, const torch::Tensor& anchors,
                         const torch::Tensor& boxes, const BoxCoder& coder,
                         const BoxLossConfig& config) {
  namespace functional = torch::nn::functional;
  RN_CHECK(deltas.size(0) == anchors.size(0) && deltas.size(0) == boxes.size(0),
           "{} deltas, {} anchors, {} boxes", deltas.size(0), anchors.size(0), boxes.size(0));
  switch (config.kind) {
    case BoxLossKind::kL1:
      return (deltas.to(anchors.scalar_type()) - coder.encode(boxes, anchors)).abs().sum(-1);
    case BoxLossKind::kSmoothL1:
      return functional::smooth_l1_loss(
                 deltas.to(anchors.scalar_type()), coder.encode(boxes, anchors),
                 functional::SmoothL1LossFuncOptions().reduction(torch::kNone), config.beta)
          .sum(-1);
    default:
      return iou_loss(coder.decode(deltas, anchors), boxes.to(anchors.scalar_type()), config.kind);
  }
}

}  // namespace rn
