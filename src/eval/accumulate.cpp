#include "eval/accumulate.h"

#include <algorithm>
#include <bit>

namespace rn {
namespace {

struct TruePositive {
  double precision = 0;
  double score = 0;
};

/// The true positives of one threshold in the order of their scores.
struct Ranking {
  std::vector<TruePositive> true_positives;
  int64_t false_positives = 0;

  void add_true_positive(double score) {
    const auto tp = static_cast<double>(true_positives.size() + 1);
    const auto fp = static_cast<double>(false_positives);
    true_positives.push_back({tp / (fp + tp + kPrecisionSpacing), score});
  }
};

PrecisionCurve to_curve(Ranking ranking, std::span<const int64_t> needed, double first_score,
                        int64_t positives) {
  auto& hits = ranking.true_positives;
  for (size_t i = hits.size(); i > 1; --i) {
    hits[i - 2].precision = std::max(hits[i - 2].precision, hits[i - 1].precision);
  }
  PrecisionCurve curve;
  curve.recall = static_cast<double>(hits.size()) / static_cast<double>(positives);
  // Recall 0 is reached by the first detection, whatever became of it.
  curve.precision[0] = hits.empty() ? 0 : hits.front().precision;
  curve.scores[0] = first_score;
  for (int64_t r = 1; r < kRecallPoints; ++r) {
    if (needed[r] > static_cast<int64_t>(hits.size())) break;
    curve.precision[r] = hits[needed[r] - 1].precision;
    curve.scores[r] = hits[needed[r] - 1].score;
  }
  return curve;
}

}  // namespace

std::array<int64_t, kRecallPoints> needed_true_positives(int64_t positives) {
  std::array<int64_t, kRecallPoints> needed{};
  int64_t count = 0;
  for (int64_t r = 0; r < kRecallPoints; ++r) {
    while (count <= positives &&
           static_cast<double>(count) / static_cast<double>(positives) < recall_point(r)) {
      ++count;
    }
    needed[r] = count;
  }
  return needed;
}

std::array<PrecisionCurve, kIouThresholdCount> accumulate_curves(
    std::span<const MatchOutcome> outcomes, int64_t range, int64_t max_detections,
    int64_t positives) {
  std::array<Ranking, kIouThresholdCount> rankings;
  double first_score = 0;
  bool any = false;
  for (const MatchOutcome& outcome : outcomes) {
    if (outcome.rank >= max_detections) continue;
    if (!any) first_score = outcome.score;
    any = true;
    for (uint32_t hits = outcome.true_positive[range]; hits != 0; hits &= hits - 1) {
      rankings[std::countr_zero(hits)].add_true_positive(outcome.score);
    }
    for (uint32_t left = outcome.false_positive[range]; left != 0; left &= left - 1) {
      ++rankings[std::countr_zero(left)].false_positives;
    }
  }
  const auto needed = needed_true_positives(positives);
  std::array<PrecisionCurve, kIouThresholdCount> curves;
  for (int64_t t = 0; t < kIouThresholdCount; ++t) {
    curves[t] = to_curve(std::move(rankings[t]), needed, first_score, positives);
  }
  return curves;
}

}  // namespace rn
