#pragma once

#include <optional>
#include <span>
#include <vector>

#include "coco/coco_file.h"
#include "core/category.h"
#include "eval/analysis/breakdown.h"
#include "eval/analysis/calibration.h"
#include "eval/analysis/class_table.h"
#include "eval/analysis/confusion.h"
#include "eval/analysis/mistakes.h"
#include "eval/analysis/precision_recall.h"
#include "eval/analysis/score_curves.h"
#include "eval/analysis/tide.h"
#include "eval/coco_evaluator.h"

namespace rn {

/// Why the evaluation's numbers are what they are. All from its one matching pass, so that they
/// agree with it and with each other; TIDE and the confusion matrix have matching rules of their
/// own (see there).
///
/// Per-class lists have one entry for each of `classes`, in its order. Class-agnostic evaluation
/// has one class of id -1; `confusion` and `tide` compare classes and are left out there.
/// A double is -1 where nothing could be measured. Ids are those of the files.
struct Analysis {
  bool class_agnostic = false;
  std::vector<Category> classes;  ///< ascending ids, as EvaluationResult::per_category
  ClassTable class_table;
  PrecisionRecall precision_recall;
  ScoreCurves score_curves;
  std::optional<ConfusionMatrix> confusion;
  std::optional<TideResult> tide;
  Calibration calibration;
  Breakdown breakdown;
  Mistakes mistakes;
};

struct AnalysisOptions {
  ConfusionOptions confusion;
  MistakeOptions mistakes;
  int threads = 0;  ///< 0: one for each core; no effect on the result
};

/// @param detections those that `matches` was made from
/// @param result of the same matches
/// @throws Error if `options` don't hold
Analysis analyze(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
                 const Matches& matches, const EvaluationResult& result,
                 const AnalysisOptions& options = {});

}  // namespace rn
