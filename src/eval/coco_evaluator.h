#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"
#include "eval/matches.h"

namespace rn {

/// A dense array in C order.
struct EvalArray {
  std::vector<int64_t> shape;
  std::vector<double> values;
};

/// COCO's 12 numbers in pycocotools' order; -1 where nothing could be measured.
struct CocoStats {
  static constexpr std::array<const char*, 12> kNames = {
      "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
  std::array<double, 12> values{};
  double ap() const { return values[0]; }
  double ap50() const { return values[1]; }
  double ap75() const { return values[2]; }
};

/// The one row of class-agnostic evaluation.
inline constexpr int64_t kAnyCategoryId = -1;
inline constexpr const char* kAnyCategoryName = "any class";

/// One category's numbers; -1 where nothing could be measured.
struct CategoryResult {
  int64_t id = 0;
  std::string name;
  int64_t npos = 0;  ///< objects that count (no crowds)
  double ap = -1, ap50 = -1, ap75 = -1, ap_small = -1, ap_medium = -1, ap_large = -1;
  double ar1 = -1, ar10 = -1, ar100 = -1;  ///< at the three limits of EvalOptions
};

struct EvaluationResult {
  CocoStats stats;
  std::vector<CategoryResult>
      per_category;  ///< ascending ids; one row, kAnyCategoryId, if class-agnostic
  /// T IoU thresholds, R recall points, K categories, A area ranges, M limits of detections.
  EvalArray precision;  ///< [T, R, K, A, M]
  EvalArray recall;     ///< [T, K, A, M]
  EvalArray scores;     ///< [T, R, K, A, M], score at which the recall point is reached
  std::vector<int64_t> max_detections;  ///< ascending
};

/// COCO's evaluation of boxes. Equals pycocotools (COCOeval with iouType "bbox") to the last bit;
/// departure: a detection or object with NaN in its box, or at an edge of it, is an error.
/// @param matches of the same ground truth
EvaluationResult accumulate(const CocoGroundTruth& ground_truth, const Matches& matches,
                            int threads = 0);

/// match_detections, then accumulate. @throws Error as match_detections
EvaluationResult evaluate(const CocoGroundTruth& ground_truth,
                          std::span<const CocoResult> detections, const EvalOptions& options = {});

}  // namespace rn
