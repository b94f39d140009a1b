#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "eval/coco_evaluator.h"

namespace rn {

using Box = std::array<double, 4>;

/// Ground truth and detections for a test. Ids: images 10, 20, ...; classes 1, 2, ...; objects 1,
/// 2, ... in the order of their making.
struct Scene {
  CocoFile file;
  std::vector<CocoResult> detections;
  EvalOptions options;

  explicit Scene(int64_t images = 1, int64_t classes = 1) {
    for (int64_t i = 1; i <= images; ++i) file.images.push_back({10 * i, "", 1000, 1000});
    for (int64_t k = 1; k <= classes; ++k) file.categories.push_back({k, "c" + std::to_string(k)});
  }

  Scene& object(int64_t image_id, int64_t category_id, const Box& box, bool crowd = false) {
    CocoAnnotation made;
    made.id = static_cast<int64_t>(file.annotations.size()) + 1;
    made.image_id = image_id;
    made.category_id = category_id;
    made.bbox = box;
    made.area = box[2] * box[3];
    made.iscrowd = crowd;
    file.annotations.push_back(made);
    return *this;
  }

  Scene& detect(int64_t image_id, int64_t category_id, const Box& box, double score) {
    detections.push_back({image_id, category_id, box, score});
    return *this;
  }

  CocoGroundTruth ground_truth() const { return CocoGroundTruth(file); }
  Matches matches() const { return match_detections(ground_truth(), detections, options); }
  EvaluationResult result() const { return accumulate(ground_truth(), matches()); }
};

/// Boxes of 10 x 10 that don't touch each other, i = 0, 1, ...
inline Box spot(int64_t i) { return {20.0 * static_cast<double>(i), 0, 10, 10}; }

/// Inside spot(i), IoU = share with it.
inline Box part_of_spot(int64_t i, double share) {
  return {20.0 * static_cast<double>(i), 0, 10 * share, 10};
}

/// Touches no spot.
inline Box nowhere(int64_t i = 0) { return {20.0 * static_cast<double>(i), 500, 10, 10}; }

}  // namespace rn
