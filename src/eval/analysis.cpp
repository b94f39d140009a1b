#include "eval/analysis.h"

namespace rn {

Analysis analyze(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
                 const Matches& matches, const EvaluationResult& result,
                 const AnalysisOptions& options) {
  Analysis analysis;
  for (const CategoryResult& row : result.per_category) {
    analysis.classes.push_back({row.id, row.name});
  }
  analysis.class_table = make_class_table(matches, result);
  analysis.precision_recall = make_precision_recall(result);
  analysis.score_curves = make_score_curves(matches);
  if (!matches.class_agnostic) {
    analysis.confusion = make_confusion_matrix(ground_truth, detections, options.confusion);
    analysis.tide = tide_errors(ground_truth, detections);
  }
  analysis.calibration = make_calibration(matches);
  analysis.breakdown = make_breakdown(ground_truth, detections, matches, options.threads);
  analysis.mistakes = make_mistakes(ground_truth, detections, matches, options.mistakes);
  return analysis;
}

}  // namespace rn
