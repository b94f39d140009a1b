#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eval/coco_evaluator.h"

namespace rn {

/// An array of EvaluationResult, of all categories or of one: [T, R, K, A, M]; recall has no R.
struct MeasuredArray {
  std::span<const double> values;
  int64_t points = 1;  ///< R
  int64_t categories = 1;
};

/// Fills `stats` from the arrays.
void summarize(EvaluationResult& result, int threads);

/// Fills the means of one category's row.
void summarize_category(const MeasuredArray& precision, const MeasuredArray& recall,
                        const std::vector<int64_t>& max_detections, CategoryResult& row);

}  // namespace rn
