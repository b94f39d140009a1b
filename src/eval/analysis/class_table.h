#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "eval/coco_evaluator.h"

namespace rn {

/// What is found at IoU .5 if the detections of a score of at least `score` are kept.
struct OperatingPoint {
  double score = 0;
  double precision = 0;  ///< true_positives / (true_positives + false_positives)
  double recall = 0;     ///< true_positives / positives
  double f1 = 0;         ///< harmonic mean of the two
  int64_t true_positives = 0;
  int64_t false_positives = 0;
};

/// One class, or all of them together.
struct ClassSummary {
  int64_t positives = 0;   ///< objects that count (no crowds)
  int64_t detections = 0;  ///< that count: within the evaluation's limits, not ignored at IoU .5
  /// The point of the highest F1; of equal ones that of the highest score. None without objects or
  /// without a detection that counts and has a score (NaN is none).
  std::optional<OperatingPoint> best_f1;
};

struct ClassRow {
  CategoryResult
      result;  ///< id, name, AP, AP50, AP75, APs, APm, APl, AR as the evaluation has them
  ClassSummary summary;
};

struct ClassTable {
  std::vector<ClassRow> rows;
  /// The detections of all classes pooled (micro average), one threshold for all; those of classes
  /// without objects are among them.
  ClassSummary all;
};

ClassTable make_class_table(const Matches& matches, const EvaluationResult& result);

}  // namespace rn
