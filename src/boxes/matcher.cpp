#include "boxes/matcher.h"

#include <ATen/Dispatch.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/error.h"

namespace rn {
namespace {

template <class T>
struct Box {
  T x1, y1, x2, y2;
  T area() const { return (x2 - x1) * (y2 - y1); }
  bool valid() const { return x2 > x1 && y2 > y1; }  // false for NaN too
};

template <class T>
T intersection(const Box<T>& a, const Box<T>& b) {
  const T width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const T height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  return width > 0 && height > 0 ? width * height : T(0);
}

// Anchors next to each other in memory are next to each other in the image, so most objects miss
// the bounding box of most blocks: an object looks at a few thousand anchors, not at all of them.
constexpr int64_t kBlock = 64;

template <class T>
class AnchorBlocks {
 public:
  AnchorBlocks(const Box<T>* anchors, int64_t count) : anchors_(anchors), count_(count) {
    constexpr T kInf = std::numeric_limits<T>::infinity();
    bounds_.resize((count + kBlock - 1) / kBlock, {kInf, kInf, -kInf, -kInf});
    for (int64_t i = 0; i < count; ++i) {
      Box<T>& bound = bounds_[i / kBlock];
      bound.x1 = std::min(bound.x1, anchors[i].x1);
      bound.y1 = std::min(bound.y1, anchors[i].y1);
      bound.x2 = std::max(bound.x2, anchors[i].x2);
      bound.y2 = std::max(bound.y2, anchors[i].y2);
    }
  }

  /// visit(index, intersection) for every anchor that overlaps the box.
  template <class Visit>
  void for_overlaps(const Box<T>& box, Visit&& visit) const {
    for (size_t block = 0; block < bounds_.size(); ++block) {
      if (intersection(bounds_[block], box) <= 0) continue;
      const int64_t begin = static_cast<int64_t>(block) * kBlock;
      const int64_t end = std::min(begin + kBlock, count_);
      for (int64_t i = begin; i < end; ++i) {
        if (const T overlap = intersection(anchors_[i], box); overlap > 0) visit(i, overlap);
      }
    }
  }

 private:
  const Box<T>* anchors_;
  int64_t count_;
  std::vector<Box<T>> bounds_;
};

template <class T>
void match_objects(const Box<T>* anchors, const AnchorBlocks<T>& blocks, const Box<T>* objects,
                   int64_t num_objects, const MatcherConfig& config, int64_t* matched,
                   int64_t num_anchors) {
  std::vector<T> best_iou(num_anchors, T(0));
  std::vector<int64_t> best_object(num_anchors, kBackground);
  std::vector<int64_t> low_quality;  // the best anchors of each object, several if equally good
  for (int64_t object = 0; object < num_objects; ++object) {
    const Box<T>& box = objects[object];
    if (!box.valid()) continue;
    const T area = box.area();
    const size_t first = low_quality.size();
    T best = 0;
    blocks.for_overlaps(box, [&](int64_t i, T overlap) {
      const T iou = overlap / (anchors[i].area() + area - overlap);
      if (iou > best_iou[i]) {  // not >=: the first of equals stays, as argmax gives it
        best_iou[i] = iou;
        best_object[i] = object;
      }
      if (!config.low_quality || iou < best || !(iou > 0)) return;
      if (iou > best) low_quality.resize(first);
      best = iou;
      low_quality.push_back(i);
    });
  }
  for (int64_t i = 0; i < num_anchors; ++i) {
    const bool positive = best_object[i] >= 0 && best_iou[i] >= static_cast<T>(config.positive_iou);
    const bool negative = best_iou[i] < static_cast<T>(config.negative_iou);
    matched[i] = positive ? best_object[i] : negative ? kBackground : kIgnore;
  }
  for (const int64_t i : low_quality) matched[i] = best_object[i];
}

template <class T>
void ignore_crowded(const Box<T>* anchors, const AnchorBlocks<T>& blocks, const Box<T>* crowds,
                    int64_t num_crowds, T share, int64_t* matched) {
  for (int64_t crowd = 0; crowd < num_crowds; ++crowd) {
    if (!crowds[crowd].valid()) continue;
    blocks.for_overlaps(crowds[crowd], [&](int64_t i, T overlap) {
      if (matched[i] == kBackground && overlap >= share * anchors[i].area()) matched[i] = kIgnore;
    });
  }
}

torch::Tensor rows(const torch::Tensor& boxes, torch::Dtype dtype) {
  if (!boxes.defined() || boxes.numel() == 0) return torch::empty({0, 4}, dtype);
  RN_CHECK(boxes.dim() == 2 && boxes.size(1) == 4, "expected [M, 4], found {} dimensions",
           boxes.dim());
  return boxes.to(torch::kCPU, dtype).contiguous();
}

}  // namespace

Matcher::Matcher(MatcherConfig config) : config_(config) {
  if (config_.negative_iou > config_.positive_iou) {
    fail("loss.matcher.negative_iou: found {}, expected at most loss.matcher.positive_iou = {}",
         config_.negative_iou, config_.positive_iou);
  }
}

torch::Tensor Matcher::operator()(const torch::Tensor& anchors, const GroundTruth& target) const {
  torch::NoGradGuard no_grad;
  const auto dtype = anchors.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  const auto anchors_cpu = rows(anchors, dtype);
  const auto objects = rows(target.boxes, dtype);
  const auto crowds = rows(target.crowds, dtype);
  const int64_t count = anchors_cpu.size(0);
  auto matched = torch::empty({count}, torch::kInt64);
  AT_DISPATCH_FLOATING_TYPES(dtype, "match", [&] {
    const auto boxes_of = [](const torch::Tensor& tensor) {
      return reinterpret_cast<const Box<scalar_t>*>(tensor.data_ptr<scalar_t>());
    };
    const auto* boxes = boxes_of(anchors_cpu);
    const AnchorBlocks<scalar_t> blocks(boxes, count);
    auto* out = matched.data_ptr<int64_t>();
    match_objects(boxes, blocks, boxes_of(objects), objects.size(0), config_, out, count);
    if (config_.ignore_crowds) {
      ignore_crowded(boxes, blocks, boxes_of(crowds), crowds.size(0),
                     static_cast<scalar_t>(config_.crowd_overlap), out);
    }
  });
  return matched.to(anchors.device());
}

}  // namespace rn
