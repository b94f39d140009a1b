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
  /// Pairs of a detection and an object that are held in memory, 16 bytes for each (and twice that
  /// while they are found): where an image has more, it is gone through again with what the best
  /// ones left. No effect on the result.
  size_t pairs_at_once = size_t{1} << 20;
};

/// How often one class was taken for another.
struct ConfusionCell {
  int64_t true_class = 0;
  int64_t predicted_class = 0;
  int64_t count = 0;
  bool operator==(const ConfusionCell&) const = default;
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
  int64_t classes = 0;  ///< K, which is the background's index
  /// Those with a count, by true, then by predicted class: of (K + 1)^2 most are empty.
  std::vector<ConfusionCell> cells;
  int64_t at(int64_t true_class, int64_t predicted_class) const;
};

/// @param detections of known images; those of unknown categories don't count
/// @throws Error if an option is NaN, the IoU is not in (0, 1], or no pair may be held
ConfusionMatrix make_confusion_matrix(const CocoGroundTruth& ground_truth,
                                      std::span<const CocoResult> detections,
                                      const ConfusionOptions& options = {});

}  // namespace rn
