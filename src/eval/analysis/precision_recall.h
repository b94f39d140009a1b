#pragma once

#include <vector>

#include "eval/coco_evaluator.h"

namespace rn {

/// Interpolated precision at each of the recall points, from EvaluationResult::precision (all
/// areas, the third limit of detections). Empty where the class has no objects.
struct PrecisionRecallCurve {
  std::vector<double> iou50;
  std::vector<double> iou75;
  std::vector<double> mean;  ///< over the IoU thresholds .5:.95
};

struct PrecisionRecall {
  std::vector<double> recall;  ///< the 101 points 0, 0.01, ..., 1
  std::vector<PrecisionRecallCurve> per_class;
  PrecisionRecallCurve mean;  ///< over the classes with objects; empty if there is none
};

PrecisionRecall make_precision_recall(const EvaluationResult& result);

}  // namespace rn
