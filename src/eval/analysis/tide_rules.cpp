#include "eval/analysis/tide_rules.h"

namespace rn {
namespace {

struct Best {
  int64_t object = -1;
  double iou = 0;
};

/// The first of the largest overlaps among the neighbours of a kind.
template <class Kind>
Best best_of(std::span<const TideNeighbour> objects, Kind kind) {
  Best best;
  for (size_t i = 0; i < objects.size(); ++i) {
    if (!kind(objects[i])) continue;
    if (best.object >= 0 && !(objects[i].iou > best.iou)) continue;
    best = {static_cast<int64_t>(i), objects[i].iou};
  }
  return best;
}

}  // namespace

TideVerdict tide_verdict(std::span<const TideNeighbour> objects) {
  constexpr double kIou = TideResult::kIou;
  constexpr double kBackgroundIou = TideResult::kBackgroundIou;
  const Best same = best_of(objects, [](const TideNeighbour& n) { return n.same_class; });
  if (same.object >= 0 && same.iou >= kBackgroundIou && same.iou <= kIou) {
    return {TideError::kLoc, same.object, same.iou};
  }
  const Best other = best_of(objects, [](const TideNeighbour& n) { return !n.same_class; });
  if (other.iou >= kIou) return {TideError::kCls, other.object, other.iou};
  const Best used = best_of(objects, [](const TideNeighbour& n) { return n.same_class && n.used; });
  if (used.iou >= kIou) return {TideError::kDupe, used.object, used.iou};
  const Best any = best_of(objects, [](const TideNeighbour&) { return true; });
  if (any.iou <= kBackgroundIou) return {TideError::kBkg, -1, any.iou};
  return {TideError::kBoth, any.object, any.iou};
}

}  // namespace rn
