#include "eval/analysis/range_matching.h"

#include <algorithm>

#include "core/error.h"

namespace rn {
namespace {

/// In kAreaRanges[kFirstBorrowed + i] alone (besides the range of all areas).
constexpr std::array<double, kBorrowedRanges> kAreaInBorrowed = {16 * 16, 64 * 64, 256 * 256};
constexpr double kAreaInNone = 1e11;

double borrowed_area(double area, std::span<const AreaRange> ranges) {
  if (area != area) return area;  // NaN is in every range
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (!ranges[i].excludes(area)) return kAreaInBorrowed[i];
  }
  return kAreaInNone;
}

template <class Item>
std::vector<Item> with_borrowed_areas(std::span<const Item> items,
                                      std::span<const AreaRange> ranges) {
  std::vector<Item> changed(items.begin(), items.end());
  for (Item& item : changed) item.area = borrowed_area(item.area, ranges);
  return changed;
}

template <class Item>
size_t count_of_image(std::span<const Item> items, int64_t image) {
  size_t count = 0;
  while (count < items.size() && items[count].image == image) ++count;
  return count;
}

}  // namespace

std::vector<MatchOutcome> match_in_ranges(std::span<const CocoGroundTruth::Object> objects,
                                          std::span<const EvalDetection> detections,
                                          std::span<const AreaRange> ranges) {
  RN_CHECK(ranges.size() <= kBorrowedRanges, "ranges {}", ranges.size());
  const auto changed_objects = with_borrowed_areas(objects, ranges);
  const auto changed_detections = with_borrowed_areas(detections, ranges);
  std::span<const CocoGroundTruth::Object> objects_left(changed_objects);
  std::span<const EvalDetection> detections_left(changed_detections);
  std::vector<MatchOutcome> outcomes;
  outcomes.reserve(detections.size());
  while (!detections_left.empty()) {
    const int64_t image = detections_left.front().image;
    while (!objects_left.empty() && objects_left.front().image < image) {
      objects_left = objects_left.subspan(1);
    }
    const size_t object_count = count_of_image(objects_left, image);
    const size_t detection_count = count_of_image(detections_left, image);
    match_image(objects_left.first(object_count), detections_left.first(detection_count), outcomes);
    objects_left = objects_left.subspan(object_count);
    detections_left = detections_left.subspan(detection_count);
  }
  std::stable_sort(
      outcomes.begin(), outcomes.end(),
      [](const MatchOutcome& a, const MatchOutcome& b) { return ranks_before(a.score, b.score); });
  return outcomes;
}

}  // namespace rn
