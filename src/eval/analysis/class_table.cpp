#include "eval/analysis/class_table.h"

#include <span>

#include "core/error.h"
#include "eval/analysis/counted.h"

namespace rn {
namespace {

OperatingPoint operating_point(double score, int64_t hits, int64_t kept, int64_t positives) {
  OperatingPoint point;
  point.score = score;
  point.true_positives = hits;
  point.false_positives = kept - hits;
  point.precision = static_cast<double>(hits) / static_cast<double>(kept);
  point.recall = static_cast<double>(hits) / static_cast<double>(positives);
  point.f1 = static_cast<double>(2 * hits) / static_cast<double>(kept + positives);
  return point;
}

ClassSummary summarize_class(std::span<const CountedDetection> counted, int64_t positives) {
  ClassSummary summary;
  summary.positives = positives;
  summary.detections = static_cast<int64_t>(counted.size());
  if (positives == 0) return summary;
  int64_t hits = 0;
  for (size_t i = 0; i < counted.size(); ++i) {
    const double score = counted[i].score;
    if (score != score) break;
    hits += counted[i].hit;
    // A threshold takes all detections of one score or none.
    if (i + 1 < counted.size() && counted[i + 1].score == score) continue;
    const auto point = operating_point(score, hits, static_cast<int64_t>(i + 1), positives);
    if (point.f1 > (summary.best_f1 ? summary.best_f1->f1 : 0)) summary.best_f1 = point;
  }
  return summary;
}

}  // namespace

ClassTable make_class_table(const Matches& matches, const EvaluationResult& result) {
  RN_CHECK(matches.categories.size() == result.per_category.size(), "matches {} result {}",
           matches.categories.size(), result.per_category.size());
  ClassTable table;
  for (size_t k = 0; k < matches.categories.size(); ++k) {
    const CategoryMatches& category = matches.categories[k];
    table.rows.push_back({result.per_category[k],
                          summarize_class(counted_detections(category), category.positives[0])});
  }
  table.all = summarize_class(pooled_detections(matches), total_positives(matches));
  return table;
}

}  // namespace rn
