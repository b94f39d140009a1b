#include "eval/analysis/confusion.h"

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "eval/matching.h"

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;

struct Found {
  int64_t category = 0;
  std::array<double, 4> bbox{};
  double score = 0;
};

struct Pair {
  double iou = 0;
  uint32_t detection = 0;  ///< of the image
  uint32_t object = 0;
};

void check_confusion_options(const ConfusionOptions& options) {
  if (!(options.iou > 0 && options.iou <= 1)) {
    fail("confusion matrix: IoU {}, expected 0 < IoU <= 1, such as 0.5", options.iou);
  }
  if (options.score != options.score)
    fail("confusion matrix: score NaN, expected such as {}", kKeptScore);
  if (options.pairs_at_once < 1) fail("confusion matrix: 0 pairs at once, expected at least 1");
}

/// The objects and the detections that are looked at, by image.
struct Scene {
  std::vector<Object> objects, crowds;
  std::vector<Found> detections;
};

std::vector<Scene> make_scenes(const CocoGroundTruth& ground_truth,
                               std::span<const CocoResult> detections, double score) {
  std::vector<Scene> scenes(ground_truth.image_ids().size());
  for (const Object& object : ground_truth.objects()) {
    if (!object.counts_by_category) continue;
    Scene& scene = scenes[object.image];
    (object.crowd ? scene.crowds : scene.objects).push_back(object);
  }
  for (const CocoResult& detection : detections) {
    if (!(detection.score >= score)) continue;
    const auto image = ground_truth.image_index(detection.image_id);
    const auto category = ground_truth.category_index(detection.category_id);
    if (!image || !category) continue;
    scenes[*image].detections.push_back({*category, detection.bbox, detection.score});
  }
  return scenes;
}

/// An image's detections and objects, paired by descending overlap.
class Pairing {
 public:
  static constexpr int64_t kNone = -1;

  Pairing(const Scene& scene, const ConfusionOptions& options)
      : scene_(scene),
        options_(options),
        object_of_(scene.detections.size(), kNone),
        taken_(scene.objects.size()) {
    // All together at most pairs_at_once are kept; what is left out comes after them and is found
    // again, if it is still free.
    do {
      find_best_pairs();
      for (const Pair& pair : pairs_) {
        if (object_of_[pair.detection] != kNone || taken_[pair.object]) continue;
        object_of_[pair.detection] = pair.object;
        taken_[pair.object] = true;
      }
    } while (left_out_);
  }

  /// Index into the scene's objects, or kNone.
  int64_t object_of(size_t detection) const { return object_of_[detection]; }
  bool is_taken(size_t object) const { return taken_[object] != 0; }

 private:
  /// A strict order: no two pairs are equal.
  bool comes_before(const Pair& a, const Pair& b) const {
    if (a.iou != b.iou) return a.iou > b.iou;
    const double score_a = scene_.detections[a.detection].score;
    const double score_b = scene_.detections[b.detection].score;
    if (score_a != score_b) return score_a > score_b;
    return a.detection != b.detection ? a.detection < b.detection : a.object < b.object;
  }

  auto by_order() const {
    return [this](const Pair& a, const Pair& b) { return comes_before(a, b); };
  }

  /// Fills pairs_, best first, with those of free detections and free objects.
  void find_best_pairs() {
    pairs_.clear();
    left_out_ = false;
    for (uint32_t d = 0; d < object_of_.size(); ++d) {
      if (object_of_[d] != kNone) continue;
      for (uint32_t g = 0; g < taken_.size(); ++g) {
        if (taken_[g]) continue;
        const Pair pair = {coco_iou(scene_.detections[d].bbox, scene_.objects[g].bbox, false), d,
                           g};
        if (!(pair.iou >= options_.iou)) continue;
        if (left_out_ && !comes_before(pair, worst_)) continue;
        pairs_.push_back(pair);
        if (pairs_.size() >= 2 * options_.pairs_at_once) keep_best();
      }
    }
    if (pairs_.size() > options_.pairs_at_once) keep_best();
    std::sort(pairs_.begin(), pairs_.end(), by_order());
  }

  void keep_best() {
    const auto last = pairs_.begin() + static_cast<std::ptrdiff_t>(options_.pairs_at_once) - 1;
    std::nth_element(pairs_.begin(), last, pairs_.end(), by_order());
    worst_ = *last;
    pairs_.erase(last + 1, pairs_.end());
    left_out_ = true;
  }

  const Scene& scene_;
  const ConfusionOptions& options_;
  std::vector<int64_t> object_of_;  ///< by detection
  std::vector<char> taken_;         ///< by object
  std::vector<Pair> pairs_;
  bool left_out_ = false;  ///< some that come after worst_
  Pair worst_;
};

bool lies_in_crowd(const Found& detection, const Scene& scene, double iou_threshold) {
  return std::any_of(scene.crowds.begin(), scene.crowds.end(), [&](const Object& crowd) {
    return coco_iou(detection.bbox, crowd.bbox, true) >= iou_threshold;
  });
}

/// Counts of the cells that have one.
class CellCounts {
 public:
  explicit CellCounts(int64_t classes) : rows_(classes + 1) {}

  void add(int64_t truth, int64_t predicted) { ++counts_[truth * rows_ + predicted]; }

  std::vector<ConfusionCell> cells() const {
    std::vector<ConfusionCell> cells;
    cells.reserve(counts_.size());
    for (const auto& [cell, count] : counts_) cells.push_back({cell / rows_, cell % rows_, count});
    std::sort(cells.begin(), cells.end(), [](const ConfusionCell& a, const ConfusionCell& b) {
      return std::pair(a.true_class, a.predicted_class) <
             std::pair(b.true_class, b.predicted_class);
    });
    return cells;
  }

 private:
  int64_t rows_;
  std::unordered_map<int64_t, int64_t> counts_;
};

void count_scene(const Scene& scene, const ConfusionOptions& options, int64_t background,
                 CellCounts& counts) {
  const Pairing pairing(scene, options);
  for (size_t g = 0; g < scene.objects.size(); ++g) {
    if (!pairing.is_taken(g)) counts.add(scene.objects[g].category, background);
  }
  for (size_t d = 0; d < scene.detections.size(); ++d) {
    const Found& detection = scene.detections[d];
    const int64_t object = pairing.object_of(d);
    if (object != Pairing::kNone) {
      counts.add(scene.objects[object].category, detection.category);
    } else if (!lies_in_crowd(detection, scene, options.iou)) {
      counts.add(background, detection.category);
    }
  }
}

}  // namespace

int64_t ConfusionMatrix::at(int64_t true_class, int64_t predicted_class) const {
  const auto key = std::pair(true_class, predicted_class);
  const auto found = std::lower_bound(
      cells.begin(), cells.end(), key, [](const ConfusionCell& cell, const auto& wanted) {
        return std::pair(cell.true_class, cell.predicted_class) < wanted;
      });
  const bool has_count = found != cells.end() && found->true_class == true_class &&
                         found->predicted_class == predicted_class;
  return has_count ? found->count : 0;
}

ConfusionMatrix make_confusion_matrix(const CocoGroundTruth& ground_truth,
                                      std::span<const CocoResult> detections,
                                      const ConfusionOptions& options) {
  check_confusion_options(options);
  ConfusionMatrix matrix;
  matrix.iou = options.iou;
  matrix.score = options.score;
  matrix.classes = static_cast<int64_t>(ground_truth.categories().size());
  CellCounts counts(matrix.classes);
  for (const Scene& scene : make_scenes(ground_truth, detections, options.score)) {
    count_scene(scene, options, matrix.classes, counts);
  }
  matrix.cells = counts.cells();
  return matrix;
}

}  // namespace rn
