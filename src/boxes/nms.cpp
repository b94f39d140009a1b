#include "boxes/nms.h"

#include <ATen/Dispatch.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "core/error.h"

namespace rn {
namespace {

template <class T>
struct KeptBoxes {
  std::vector<T> x1, y1, x2, y2, area;

  void add(const T* box, T box_area) {
    x1.push_back(box[0]);
    y1.push_back(box[1]);
    x2.push_back(box[2]);
    y2.push_back(box[3]);
    area.push_back(box_area);
  }

  bool suppress(const T* box, T box_area, double iou_threshold) const {
    for (size_t i = 0; i < area.size(); ++i) {
      const T width = std::max(T(0), std::min(box[2], x2[i]) - std::max(box[0], x1[i]));
      const T height = std::max(T(0), std::min(box[3], y2[i]) - std::max(box[1], y1[i]));
      const T intersection = width * height;
      // Two empty boxes make 0 / 0 = NaN, which suppresses nothing.
      if (intersection / (box_area + area[i] - intersection) > iou_threshold) return true;
    }
    return false;
  }
};

template <class T>
std::vector<int64_t> by_score(const T* scores, int64_t count) {
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  // NaN has no place in an order, and an order that isn't one makes std::sort read out of bounds.
  const auto key = [scores](int64_t i) {
    return std::isnan(scores[i]) ? -std::numeric_limits<T>::infinity() : scores[i];
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return key(a) > key(b); });
  return order;
}

}  // namespace

torch::Tensor nms_per_class(const torch::Tensor& boxes, const torch::Tensor& scores,
                            const torch::Tensor& labels, double iou_threshold, int64_t max_kept) {
  const int64_t count = scores.numel();
  RN_CHECK(boxes.numel() == 4 * count && labels.numel() == count,
           "{} box numbers, {} scores, {} labels", boxes.numel(), count, labels.numel());
  torch::NoGradGuard no_grad;
  const auto dtype = boxes.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  const auto boxes_cpu = boxes.to(torch::kCPU, dtype).contiguous();
  const auto scores_cpu = scores.to(torch::kCPU, dtype).contiguous();
  const auto labels_cpu = labels.to(torch::kCPU, torch::kInt64).contiguous();
  std::vector<int64_t> kept;
  AT_DISPATCH_FLOATING_TYPES(dtype, "nms_per_class", [&] {
    const auto* box = boxes_cpu.data_ptr<scalar_t>();
    const auto* label = labels_cpu.data_ptr<int64_t>();
    std::unordered_map<int64_t, KeptBoxes<scalar_t>> classes;
    for (const int64_t i : by_score(scores_cpu.data_ptr<scalar_t>(), count)) {
      if (static_cast<int64_t>(kept.size()) >= max_kept) break;
      const scalar_t* b = box + 4 * i;
      const scalar_t area = (b[2] - b[0]) * (b[3] - b[1]);
      auto& same_class = classes[label[i]];
      if (same_class.suppress(b, area, iou_threshold)) continue;
      same_class.add(b, area);
      kept.push_back(i);
    }
  });
  return torch::tensor(kept, torch::kInt64).to(boxes.device());
}

}  // namespace rn
