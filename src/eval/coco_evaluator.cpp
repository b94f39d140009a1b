#include "eval/coco_evaluator.h"

#include "core/parallel.h"
#include "eval/accumulate.h"
#include "eval/coco_params.h"
#include "eval/summary.h"

namespace rn {
namespace {

constexpr int64_t kAnyCategoryId = -1;

EvaluationResult empty_result(const CocoGroundTruth& ground_truth, const Matches& matches) {
  EvaluationResult result;
  result.max_detections = matches.max_detections;
  if (matches.class_agnostic) {
    result.per_category.emplace_back().id = kAnyCategoryId;
    result.per_category.back().name = "any class";
  } else {
    for (const Category& category : ground_truth.categories()) {
      CategoryResult& row = result.per_category.emplace_back();
      row.id = category.id;
      row.name = category.name;
    }
  }
  const auto k = static_cast<int64_t>(result.per_category.size());
  const auto m = static_cast<int64_t>(result.max_detections.size());
  result.recall.shape = {kIouThresholdCount, k, kAreaRangeCount, m};
  result.recall.values.assign(kIouThresholdCount * k * kAreaRangeCount * m, -1);
  result.precision.shape = {kIouThresholdCount, kRecallPoints, k, kAreaRangeCount, m};
  result.precision.values.assign(result.recall.values.size() * kRecallPoints, -1);
  result.scores = result.precision;
  return result;
}

void write_curves(const std::array<PrecisionCurve, kIouThresholdCount>& curves, int64_t k,
                  int64_t a, int64_t m, EvaluationResult& result) {
  const int64_t categories = result.recall.shape[1];
  const int64_t limits = result.recall.shape[3];
  const auto cell = [&](int64_t leading) {
    return ((leading * categories + k) * kAreaRangeCount + a) * limits + m;
  };
  for (int64_t t = 0; t < kIouThresholdCount; ++t) {
    result.recall.values[cell(t)] = curves[t].recall;
    for (int64_t r = 0; r < kRecallPoints; ++r) {
      result.precision.values[cell(t * kRecallPoints + r)] = curves[t].precision[r];
      result.scores.values[cell(t * kRecallPoints + r)] = curves[t].scores[r];
    }
  }
}

/// One category's part of the arrays; no other category touches it.
void accumulate_category(const CategoryMatches& matches, int64_t k, EvaluationResult& result) {
  const auto& limits = result.max_detections;
  result.per_category[k].npos = matches.positives.front();
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    if (matches.positives[a] == 0) continue;
    for (size_t m = 0; m < limits.size(); ++m) {
      write_curves(accumulate_curves(matches.outcomes, a, limits[m], matches.positives[a]), k, a,
                   static_cast<int64_t>(m), result);
    }
  }
}

}  // namespace

EvaluationResult accumulate(const CocoGroundTruth& ground_truth, const Matches& matches,
                            int threads) {
  EvaluationResult result = empty_result(ground_truth, matches);
  parallel_for(static_cast<int64_t>(matches.categories.size()), threads,
               [&](int64_t k) { accumulate_category(matches.categories[k], k, result); });
  summarize(result);
  return result;
}

EvaluationResult evaluate(const CocoGroundTruth& ground_truth,
                          std::span<const CocoResult> detections, const EvalOptions& options) {
  return accumulate(ground_truth, match_detections(ground_truth, detections, options),
                    options.threads);
}

}  // namespace rn
