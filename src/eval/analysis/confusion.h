#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coco/coco_file.h"
#include "eval/analysis/kept_score.h"
#include "eval/coco_ground_truth.h"

namespace rn {

struct ConfusionOptions {
  double iou = 0.5;
  double score = kKeptScore;
};

/// Which class is taken for which. A rule of its own, as COCO's matching never looks across
/// classes. Within an image:
/// - detections of all classes with a score >= `score` (NaN isn't) meet objects of all classes;
///   crowds are no objects here;
/// - pairs with IoU >= `iou` are taken by descending IoU (ties: higher score, then the earlier
///   detection, then the earlier object), each detection and each object once;
/// - a detection without an object counts in the background's row, unless its IoU with a crowd of
///   any class (intersection over the detection's area) reaches `iou`: such a one is left out;
/// - an object without a detection counts in the background's column.
/// There is no limit of detections per image.
///
/// Ultralytics differs: its rows are the predicted and its columns the true classes, its IoU is >
/// .45, it knows no crowds, and its two passes (best object of each detection, then best detection
/// of each object) leave pairs of second choice unmatched, which here are taken.
struct ConfusionMatrix {
  double iou = 0;
  double score = 0;
  int64_t classes = 0;          ///< K
  std::vector<int64_t> counts;  ///< [K + 1, K + 1]: true class, predicted class; K is background
  int64_t at(int64_t true_class, int64_t predicted_class) const {
    return counts[true_class * (classes + 1) + predicted_class];
  }
};

/// @param detections of known images; those of unknown categories don't count
/// @throws Error if an option is NaN or the IoU is not in (0, 1]
ConfusionMatrix make_confusion_matrix(const CocoGroundTruth& ground_truth,
                                      std::span<const CocoResult> detections,
                                      const ConfusionOptions& options = {});

}  // namespace rn
