#include "eval/analysis/confusion.h"

#include <algorithm>

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
  size_t detection = 0;
  size_t object = 0;
};

void check_confusion_options(const ConfusionOptions& options) {
  if (!(options.iou > 0 && options.iou <= 1)) {
    fail("confusion matrix: IoU {}, expected 0 < IoU <= 1, such as 0.5", options.iou);
  }
  if (options.score != options.score)
    fail("confusion matrix: score NaN, expected such as {}", kKeptScore);
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

std::vector<Pair> pairs_by_iou(const Scene& scene, double iou_threshold) {
  std::vector<Pair> pairs;
  for (size_t d = 0; d < scene.detections.size(); ++d) {
    for (size_t g = 0; g < scene.objects.size(); ++g) {
      const double iou = coco_iou(scene.detections[d].bbox, scene.objects[g].bbox, false);
      if (iou >= iou_threshold) pairs.push_back({iou, d, g});
    }
  }
  // Stable: the last ties are by detection, then by object.
  std::stable_sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) {
    if (a.iou != b.iou) return a.iou > b.iou;
    return scene.detections[a.detection].score > scene.detections[b.detection].score;
  });
  return pairs;
}

bool lies_in_crowd(const Found& detection, const Scene& scene, double iou_threshold) {
  return std::any_of(scene.crowds.begin(), scene.crowds.end(), [&](const Object& crowd) {
    return coco_iou(detection.bbox, crowd.bbox, true) >= iou_threshold;
  });
}

void count_scene(const Scene& scene, ConfusionMatrix& matrix) {
  const int64_t background = matrix.classes;
  const auto count = [&](int64_t truth, int64_t predicted) {
    ++matrix.counts[truth * (matrix.classes + 1) + predicted];
  };
  std::vector<char> detection_taken(scene.detections.size());
  std::vector<char> object_taken(scene.objects.size());
  for (const Pair& pair : pairs_by_iou(scene, matrix.iou)) {
    if (detection_taken[pair.detection] || object_taken[pair.object]) continue;
    detection_taken[pair.detection] = object_taken[pair.object] = true;
    count(scene.objects[pair.object].category, scene.detections[pair.detection].category);
  }
  for (size_t g = 0; g < scene.objects.size(); ++g) {
    if (!object_taken[g]) count(scene.objects[g].category, background);
  }
  for (size_t d = 0; d < scene.detections.size(); ++d) {
    const Found& detection = scene.detections[d];
    if (detection_taken[d] || lies_in_crowd(detection, scene, matrix.iou)) continue;
    count(background, detection.category);
  }
}

}  // namespace

ConfusionMatrix make_confusion_matrix(const CocoGroundTruth& ground_truth,
                                      std::span<const CocoResult> detections,
                                      const ConfusionOptions& options) {
  check_confusion_options(options);
  ConfusionMatrix matrix;
  matrix.iou = options.iou;
  matrix.score = options.score;
  matrix.classes = static_cast<int64_t>(ground_truth.categories().size());
  matrix.counts.resize((matrix.classes + 1) * (matrix.classes + 1));
  for (const Scene& scene : make_scenes(ground_truth, detections, options.score)) {
    count_scene(scene, matrix);
  }
  return matrix;
}

}  // namespace rn
