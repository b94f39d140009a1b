#include "boxes/box_coder.h"

#include <cmath>

namespace rn {
namespace {

struct Centered {
  torch::Tensor x, y, width, height;
};

Centered centered(const torch::Tensor& boxes) {
  const auto x1 = boxes.select(-1, 0), y1 = boxes.select(-1, 1);
  const auto width = boxes.select(-1, 2) - x1, height = boxes.select(-1, 3) - y1;
  return {x1 + 0.5 * width, y1 + 0.5 * height, width, height};
}

}  // namespace

torch::Tensor BoxCoder::encode(const torch::Tensor& boxes, const torch::Tensor& anchors) const {
  const auto a = centered(anchors);
  const auto b = centered(boxes.to(anchors.scalar_type()));
  return torch::stack(
      {weights_[0] * (b.x - a.x) / a.width, weights_[1] * (b.y - a.y) / a.height,
       weights_[2] * (b.width / a.width).log(), weights_[3] * (b.height / a.height).log()},
      -1);
}

torch::Tensor BoxCoder::decode(const torch::Tensor& deltas, const torch::Tensor& anchors) const {
  // A wild delta early in training must not overflow exp().
  static const double kMaxLogRatio = std::log(1000.0 / 16);
  const auto a = centered(anchors);
  const auto d = deltas.to(anchors.scalar_type());
  const auto x = a.x + d.select(-1, 0) / weights_[0] * a.width;
  const auto y = a.y + d.select(-1, 1) / weights_[1] * a.height;
  const auto half_width =
      0.5 * (d.select(-1, 2) / weights_[2]).clamp_max(kMaxLogRatio).exp() * a.width;
  const auto half_height =
      0.5 * (d.select(-1, 3) / weights_[3]).clamp_max(kMaxLogRatio).exp() * a.height;
  return torch::stack({x - half_width, y - half_height, x + half_width, y + half_height}, -1);
}

}  // namespace rn
