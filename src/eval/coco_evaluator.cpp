#include "eval/coco_evaluator.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "core/allocation.h"
#include "core/parallel.h"
#include "core/prefetch.h"
#include "eval/category_curves.h"
#include "eval/coco_params.h"
#include "eval/grouping.h"
#include "eval/summary.h"

namespace rn {
namespace {

std::vector<CategoryResult> empty_rows(const CocoGroundTruth& ground_truth,
                                       const Matches& matches) {
  std::vector<CategoryResult> rows;
  if (matches.class_agnostic) {
    rows.emplace_back().id = kAnyCategoryId;
    rows.back().name = kAnyCategoryName;
    return rows;
  }
  for (const Category& category : ground_truth.categories()) {
    CategoryResult& row = rows.emplace_back();
    row.id = category.id;
    row.name = category.name;
  }
  return rows;
}

EvalArray empty_array(std::vector<int64_t> shape) {
  EvalArray array;
  array.shape = std::move(shape);
  const size_t size =
      std::accumulate(array.shape.begin(), array.shape.end(), size_t{1}, std::multiplies<size_t>());
  array.values = vector_on_huge_pages<double>(size);
  return array;
}

/// The arrays are allocated, every value of them is written later.
EvaluationResult empty_result(const CocoGroundTruth& ground_truth, const Matches& matches,
                              int threads) {
  EvaluationResult result;
  result.max_detections = matches.max_detections;
  result.per_category = empty_rows(ground_truth, matches);
  const auto k = static_cast<int64_t>(result.per_category.size());
  const auto m = static_cast<int64_t>(result.max_detections.size());
  result.recall = empty_array({kIouThresholdCount, k, kAreaRangeCount, m});
  parallel_for(2, threads, [&](int64_t i) {
    (i == 0 ? result.precision : result.scores) =
        empty_array({kIouThresholdCount, kRecallPoints, k, kAreaRangeCount, m});
  });
  return result;
}

/// Copies one category's values to where the array of all has them.
/// @param values [..., A, M]
/// @param array [..., K, A, M]
void write_category(std::span<const double> values, int64_t k, EvalArray& array) {
  const auto dimensions = array.shape.size();
  const int64_t cells = array.shape[dimensions - 2] * array.shape[dimensions - 1];
  const int64_t stride = array.shape[dimensions - 3] * cells;
  const auto rows = static_cast<int64_t>(values.size()) / cells;
  double* const first = array.values.data() + k * cells;
  constexpr int64_t kAhead = 16;  // rows lie so far apart that the CPU doesn't see the next coming
  for (int64_t row = 0; row < rows; ++row) {
    const double* next = first + std::min(row + kAhead, rows - 1) * stride;
    prefetch_to_write(next);
    prefetch_to_write(next + cells - 1);
    std::copy_n(values.data() + row * cells, cells, first + row * stride);
  }
}

/// One category's part of the result; no other category touches it.
void accumulate_category(const CategoryMatches& matches, int64_t k, CategoryCurves& curves,
                         EvaluationResult& result) {
  curves.compute(matches, result.max_detections);
  write_category(curves.precision(), k, result.precision);
  write_category(curves.scores(), k, result.scores);
  write_category(curves.recall(), k, result.recall);
  result.per_category[k].npos = matches.positives.front();
  summarize_category({curves.precision(), kRecallPoints, 1}, {curves.recall(), 1, 1},
                     result.max_detections, result.per_category[k]);
}

}  // namespace

EvaluationResult accumulate(const CocoGroundTruth& ground_truth, const Matches& matches,
                            int threads) {
  EvaluationResult result = empty_result(ground_truth, matches, threads);
  const std::vector<int64_t> order = largest_first(std::ssize(matches.categories), [&](int64_t k) {
    return matches.categories[k].outcomes.size();
  });
  parallel_for_with<CategoryCurves>(
      static_cast<int64_t>(order.size()), threads, [&](CategoryCurves& curves, int64_t i) {
        accumulate_category(matches.categories[order[i]], order[i], curves, result);
      });
  summarize(result, threads);
  return result;
}

EvaluationResult evaluate(const CocoGroundTruth& ground_truth,
                          std::span<const CocoResult> detections, const EvalOptions& options) {
  return accumulate(ground_truth, match_detections(ground_truth, detections, options),
                    options.threads);
}

}  // namespace rn
