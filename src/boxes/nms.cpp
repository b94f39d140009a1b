#include "boxes/nms.h"

#include <ATen/Dispatch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "boxes/nms_kernel.h"
#include "core/error.h"

namespace rn {
namespace {

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

/// The largest T that is not above the threshold: comparing with it in T is comparing with the
/// threshold in double, as torchvision does.
template <class T>
T rounded_down(double threshold) {
  const auto rounded = static_cast<T>(threshold);
  return static_cast<double>(rounded) > threshold
             ? std::nextafter(rounded, -std::numeric_limits<T>::infinity())
             : rounded;
}

/// The boxes as torchvision compares them, and which may suppress each other.
template <class T>
struct Groups {
  std::vector<T> boxes;         // [4 n]
  std::vector<int64_t> of_box;  // [n]; empty: all are one group
  const T* box(int64_t i) const { return boxes.data() + 4 * i; }
  int64_t group(int64_t i) const { return of_box.empty() ? 0 : of_box[i]; }
};

template <class T>
Groups<T> make_groups(const T* boxes, const int64_t* labels, int64_t count) {
  // torchvision's _batched_nms_vanilla beyond 4000 numbers, else _batched_nms_coordinate_trick.
  constexpr int64_t kMoved = 1000;
  Groups<T> groups{{boxes, boxes + 4 * count}, {labels, labels + count}};
  if (count == 0 || count > kMoved) return groups;
  const auto [least, largest] = std::minmax_element(boxes, boxes + 4 * count);
  const T step = *largest + T(1);
  const T last = static_cast<T>(*std::max_element(labels, labels + count)) * step;
  for (int64_t i = 0; i < 4 * count; ++i) {
    groups.boxes[i] += static_cast<T>(labels[i / 4]) * step;
  }
  // Classes lie a pixel apart unless a coordinate is negative, or so large that a pixel is lost.
  constexpr T kExact = T(1) / (64 * std::numeric_limits<T>::epsilon());
  if (!(*least >= 0 && last + step < kExact)) groups.of_box.clear();
  return groups;
}

template <class T>
std::vector<int64_t> suppress(const T* boxes, const T* scores, const int64_t* labels, int64_t count,
                              double iou_threshold, int64_t max_kept) {
  const Groups<T> groups = make_groups(boxes, labels, count);
  const T threshold = rounded_down<T>(iou_threshold);
  std::unordered_map<int64_t, KeptBoxes<T>> kept_boxes;
  std::vector<int64_t> kept;
  for (const int64_t i : by_score(scores, count)) {
    if (static_cast<int64_t>(kept.size()) >= max_kept) break;
    KeptBoxes<T>& same_group = kept_boxes[groups.group(i)];
    if (same_group.suppresses(groups.box(i), threshold)) continue;
    same_group.add(groups.box(i));
    kept.push_back(i);
  }
  return kept;
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
    kept = suppress(boxes_cpu.data_ptr<scalar_t>(), scores_cpu.data_ptr<scalar_t>(),
                    labels_cpu.data_ptr<int64_t>(), count, iou_threshold, max_kept);
  });
  return torch::tensor(kept, torch::kInt64).to(boxes.device());
}

}  // namespace rn
