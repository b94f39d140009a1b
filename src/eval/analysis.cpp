#include "eval/analysis.h"

#include <functional>

#include "core/parallel.h"

namespace rn {

Analysis analyze(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
                 const Matches& matches, const EvaluationResult& result,
                 const AnalysisOptions& options) {
  Analysis analysis;
  analysis.class_agnostic = matches.class_agnostic;
  for (const CategoryResult& row : result.per_category) {
    analysis.classes.push_back({row.id, row.name});
  }
  // Each part writes its own member; the slow ones come first.
  std::vector<std::function<void()>> parts = {
      [&] {
        analysis.breakdown = make_breakdown(ground_truth, detections, matches,
                                            options.mistakes.score, options.threads);
      },
      [&] {
        analysis.mistakes = make_mistakes(ground_truth, detections, matches, options.mistakes);
      },
      [&] { analysis.class_table = make_class_table(matches, result); },
      [&] { analysis.precision_recall = make_precision_recall(result); },
      [&] { analysis.score_curves = make_score_curves(matches); },
      [&] { analysis.calibration = make_calibration(matches); },
  };
  if (!matches.class_agnostic) {
    parts.insert(parts.begin(), [&] { analysis.tide = tide_errors(ground_truth, detections); });
    parts.push_back([&] {
      analysis.confusion = make_confusion_matrix(ground_truth, detections, options.confusion);
    });
  }
  parallel_for(static_cast<int64_t>(parts.size()), options.threads, [&](int64_t i) { parts[i](); });
  return analysis;
}

}  // namespace rn
