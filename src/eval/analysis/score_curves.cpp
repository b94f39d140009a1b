#include "eval/analysis/score_curves.h"

#include <span>

#include "eval/analysis/counted.h"

namespace rn {
namespace {

double grid_score(int64_t i) {
  return static_cast<double>(i) / static_cast<double>(ScoreCurves::kPoints - 1);
}

ScoreCurve make_curve(std::span<const CountedDetection> counted, int64_t positives) {
  ScoreCurve curve;
  if (positives == 0) return curve;
  for (auto* values : {&curve.precision, &curve.recall, &curve.f1}) {
    values->resize(ScoreCurves::kPoints);
  }
  size_t kept = 0;
  int64_t hits = 0;
  for (int64_t i = ScoreCurves::kPoints - 1; i >= 0; --i) {
    for (; kept < counted.size() && counted[kept].score >= grid_score(i); ++kept) {
      hits += counted[kept].hit;
    }
    const auto tp = static_cast<double>(hits);
    const auto all = static_cast<double>(kept);
    const auto objects = static_cast<double>(positives);
    curve.precision[i] = kept == 0 ? -1 : tp / all;
    curve.recall[i] = tp / objects;
    curve.f1[i] = 2 * tp / (all + objects);
  }
  return curve;
}

}  // namespace

ScoreCurves make_score_curves(const Matches& matches) {
  ScoreCurves curves;
  for (int64_t i = 0; i < ScoreCurves::kPoints; ++i) curves.score.push_back(grid_score(i));
  for (const CategoryMatches& category : matches.categories) {
    curves.per_class.push_back(make_curve(counted_detections(category), category.positives[0]));
  }
  curves.all = make_curve(pooled_detections(matches), total_positives(matches));
  return curves;
}

}  // namespace rn
