#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "eval/coco_params.h"
#include "eval/matching.h"

namespace rn {

/// Precision and score at each recall point, and the recall reached, of one category, area range,
/// limit of detections and IoU threshold.
struct PrecisionCurve {
  std::array<double, kRecallPoints> precision{};
  std::array<double, kRecallPoints> scores{};
  double recall = 0;
};

/// For each recall point the smallest number of true positives that reaches it, of `positives` > 0
/// objects. Greater than `positives` where none does.
std::array<int64_t, kRecallPoints> needed_true_positives(int64_t positives);

/// The curves of one category, area range and limit, one for each IoU threshold.
/// Equals pycocotools' accumulate() to the last bit, though it looks at the true positives only:
/// between two of them precision never rises, so each recall point is met at one of them.
/// @param outcomes of all images, by descending score
/// @param range index into kAreaRanges
/// @param max_detections of each image; those of a higher rank are left out
/// @param positives objects that count, > 0
std::array<PrecisionCurve, kIouThresholdCount> accumulate_curves(
    std::span<const MatchOutcome> outcomes, int64_t range, int64_t max_detections,
    int64_t positives);

}  // namespace rn
