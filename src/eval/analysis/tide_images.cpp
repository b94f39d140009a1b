#include "eval/analysis/tide_images.h"

#include <algorithm>

#include "eval/analysis/tide_rules.h"
#include "eval/matching.h"

namespace rn {
namespace {

constexpr int32_t kNoIndex = -1;

/// Ascending, each once.
std::vector<int64_t> classes_of(std::span<const TideObject> objects,
                                std::span<const TideDetection> detections) {
  std::vector<int64_t> ids;
  for (const TideObject& object : objects) ids.push_back(object.category);
  for (const TideDetection& detection : detections) ids.push_back(detection.category);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

template <class Item>
std::vector<Item> sorted_by_image(std::span<const Item> items) {
  std::vector<Item> sorted(items.begin(), items.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Item& a, const Item& b) { return a.image < b.image; });
  return sorted;
}

/// Takes the items of `image`, which come first if there are any, off the list.
template <class Item>
std::span<Item> take_image(std::span<Item>& items, int64_t image) {
  size_t count = 0;
  while (count < items.size() && items[count].image == image) ++count;
  const auto taken = items.first(count);
  items = items.subspan(count);
  return taken;
}

/// One image on its way: its objects without crowds, and what became of them.
class TideImage {
 public:
  explicit TideImage(std::span<const TideObject> objects) {
    for (const TideObject& object : objects) {
      (object.crowd ? crowds_ : objects_).push_back(object);
    }
    used_.resize(objects_.size());
    best_.resize(objects_.size(), kNoIndex);
  }

  /// @param detections by descending score
  void match(std::span<const TideDetection> detections) {
    ious_.resize(detections.size() * objects_.size());
    ranked_.resize(detections.size());
    for (size_t d = 0; d < detections.size(); ++d) {
      ranked_[d].score = detections[d].score;
      double* ious = ious_.data() + d * objects_.size();
      for (size_t g = 0; g < objects_.size(); ++g) {
        ious[g] = coco_iou(detections[d].bbox, objects_[g].bbox, false);
      }
      ranked_[d].hit = take_object(detections[d], ious);
      ranked_[d].ignored = !ranked_[d].hit && in_crowd(detections[d]);
    }
    for (size_t d = 0; d < detections.size(); ++d) {
      if (!ranked_[d].hit) judge(detections[d], static_cast<int32_t>(d));
    }
  }

  /// Adds this image's part. @param class_index gives the index of a class
  template <class ClassIndex>
  void add_to(TideRanking& ranking, std::span<const TideDetection> detections,
              ClassIndex class_index) {
    for (size_t g = 0; g < objects_.size(); ++g) {
      const auto k = class_index(objects_[g].category);
      ++ranking.positives[k];
      ranking.not_found[k] += !used_[g];
      ranking.missed[k] += !used_[g] && best_[g] == kNoIndex;
      // Of the detections that could be its true positive only the best will be.
      if (best_[g] != kNoIndex) ranked_[best_[g]].mended_category = k;
    }
    for (size_t d = 0; d < ranked_.size(); ++d) {
      ranked_[d].category = class_index(detections[d].category);
      ranking.detections.push_back(ranked_[d]);
    }
  }

 private:
  bool take_object(const TideDetection& detection, const double* ious) {
    int64_t best = kNoIndex;
    for (size_t g = 0; g < objects_.size(); ++g) {
      if (used_[g] || objects_[g].category != detection.category) continue;
      if (best == kNoIndex || ious[g] > ious[best]) best = static_cast<int64_t>(g);
    }
    if (best == kNoIndex || !(ious[best] >= TideResult::kIou)) return false;
    used_[best] = true;
    return true;
  }

  bool in_crowd(const TideDetection& detection) const {
    return std::any_of(crowds_.begin(), crowds_.end(), [&](const TideObject& crowd) {
      return crowd.category == detection.category &&
             coco_iou(detection.bbox, crowd.bbox, true) > TideResult::kIou;
    });
  }

  void judge(const TideDetection& detection, int32_t d) {
    neighbours_.clear();
    for (size_t g = 0; g < objects_.size(); ++g) {
      neighbours_.push_back({ious_[d * objects_.size() + g],
                             objects_[g].category == detection.category, used_[g] != 0});
    }
    const TideVerdict verdict = tide_verdict(neighbours_);
    ranked_[d].error = verdict.error;
    const bool mendable = verdict.error == TideError::kCls || verdict.error == TideError::kLoc;
    if (!mendable || used_[verdict.object]) return;
    int32_t& best = best_[verdict.object];
    if (best == kNoIndex || detection.score > ranked_[best].score) best = d;
  }

  std::vector<TideObject> objects_, crowds_;
  std::vector<char> used_;
  std::vector<int32_t> best_;  ///< of the kCls and kLoc detections of an object that isn't used
  std::vector<double> ious_;   ///< [detections, objects]
  std::vector<TideRanked> ranked_;
  std::vector<TideNeighbour> neighbours_;
};

}  // namespace

TideRanking rank_for_tide(std::span<const TideObject> objects,
                          std::span<const TideDetection> detections) {
  const auto ids = classes_of(objects, detections);
  const auto class_index = [&](int64_t id) {
    return static_cast<int32_t>(std::lower_bound(ids.begin(), ids.end(), id) - ids.begin());
  };
  TideRanking ranking;
  for (auto* counts : {&ranking.positives, &ranking.not_found, &ranking.missed}) {
    counts->resize(ids.size());
  }
  auto sorted_objects = sorted_by_image(objects);
  auto sorted_detections = sorted_by_image(detections);
  std::span<TideObject> objects_left(sorted_objects);
  std::span<TideDetection> detections_left(sorted_detections);
  while (!objects_left.empty() || !detections_left.empty()) {
    const int64_t image = detections_left.empty() ? objects_left.front().image
                          : objects_left.empty()
                              ? detections_left.front().image
                              : std::min(objects_left.front().image, detections_left.front().image);
    TideImage tide_image(take_image(objects_left, image));
    auto found = take_image(detections_left, image);
    std::stable_sort(found.begin(), found.end(),
                     [](const TideDetection& a, const TideDetection& b) {
                       return ranks_before(a.score, b.score);
                     });
    found = found.first(std::min<size_t>(found.size(), TideResult::kMaxDetections));
    tide_image.match(found);
    tide_image.add_to(ranking, found, class_index);
  }
  std::stable_sort(
      ranking.detections.begin(), ranking.detections.end(),
      [](const TideRanked& a, const TideRanked& b) { return ranks_before(a.score, b.score); });
  return ranking;
}

}  // namespace rn
