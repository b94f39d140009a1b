#include "boxes/boxes.h"

#include "core/error.h"

namespace rn {
namespace {

void check_boxes(const torch::Tensor& boxes) {
  RN_CHECK(boxes.dim() >= 1 && boxes.size(-1) == 4, "expected [..., 4], found {} dimensions",
           boxes.dim());
}

}  // namespace

torch::Tensor box_area(const torch::Tensor& boxes) {
  check_boxes(boxes);
  const auto sides = (boxes.slice(-1, 2, 4) - boxes.slice(-1, 0, 2)).clamp_min(0);
  return sides.select(-1, 0) * sides.select(-1, 1);
}

torch::Tensor box_iou(const torch::Tensor& a, const torch::Tensor& b) {
  check_boxes(a);
  check_boxes(b);
  const auto low = torch::max(a.unsqueeze(1).slice(-1, 0, 2), b.slice(-1, 0, 2));
  const auto high = torch::min(a.unsqueeze(1).slice(-1, 2, 4), b.slice(-1, 2, 4));
  const auto sides = (high - low).clamp_min(0);  // [M, N, 2]
  const auto intersection = sides.select(-1, 0) * sides.select(-1, 1);
  const auto sum = box_area(a).unsqueeze(1) + box_area(b) - intersection;
  return torch::where(sum > 0, intersection / sum, torch::zeros_like(sum));
}

torch::Tensor clip_boxes(const torch::Tensor& boxes, const ImageSize& size) {
  check_boxes(boxes);
  const auto x = boxes.slice(-1, 0, 4, 2).clamp(0, static_cast<double>(size.width));
  const auto y = boxes.slice(-1, 1, 4, 2).clamp(0, static_cast<double>(size.height));
  return torch::stack({x.select(-1, 0), y.select(-1, 0), x.select(-1, 1), y.select(-1, 1)}, -1);
}

}  // namespace rn
