#include "eval/analysis/weighted_evaluation.h"

#include <algorithm>
#include <bit>

#include "core/error.h"
#include "eval/accumulate.h"
#include "eval/analysis/by_image.h"
#include "eval/analysis/counted.h"
#include "eval/numpy_mean.h"

namespace rn {
namespace {

constexpr int64_t kPointsOfClass = kIouThresholdCount * kRecallPoints;

}  // namespace

/// Of one evaluation.
struct WeightedEvaluation::Scratch {
  /// One or more true positives with nothing between them.
  struct Hit {
    int64_t true_positives = 0;  ///< with these
    double precision = 0;        ///< after the last of them
  };
  std::array<std::vector<Hit>, kIouThresholdCount> hits;
  std::vector<double> precision = std::vector<double>(kPointsOfClass);  ///< [T, R] of one class

  void interpolate(int64_t threshold, std::span<const int64_t> needed);
};

void WeightedEvaluation::Scratch::interpolate(int64_t threshold, std::span<const int64_t> needed) {
  const auto& all = hits[threshold];
  const auto points = std::span(precision).subspan(threshold * kRecallPoints, kRecallPoints);
  int64_t point = kRecallPoints - 1;
  for (; point >= 0 && (all.empty() || needed[point] > all.back().true_positives); --point) {
    points[point] = 0;
  }
  // From the right: a point takes the best precision among the hits that reach it.
  double best = 0;
  for (size_t i = all.size(); i > 0; --i) {
    best = std::max(best, all[i - 1].precision);
    const int64_t before = i > 1 ? all[i - 2].true_positives : -1;
    for (; point >= 0 && needed[point] > before; --point) points[point] = best;
  }
}

WeightedEvaluation::WeightedEvaluation(const CocoGroundTruth& ground_truth,
                                       std::span<const CocoResult> detections,
                                       const Matches& matches) {
  const auto images = images_of_records(ground_truth, detections);
  const auto objects = evaluated_objects(ground_truth, matches.class_agnostic);
  RN_CHECK(objects.size() == matches.categories.size(), "{} {}", objects.size(),
           matches.categories.size());
  rankings_.resize(objects.size());
  for (size_t k = 0; k < objects.size(); ++k) {
    Ranking& ranking = rankings_[k];
    for (const CocoGroundTruth::Object& object : objects[k]) {
      if (object.crowd) continue;
      const auto image = static_cast<int32_t>(object.image);
      if (ranking.positives.empty() || ranking.positives.back().image != image) {
        ranking.positives.push_back({image, 0});
      }
      ++ranking.positives.back().count;
    }
    for (const MatchOutcome& outcome : matches.categories[k].outcomes) {
      if (outcome.rank >= matches.max_detections[kLargestLimit]) continue;
      const int32_t image = images[outcome.record];
      const uint16_t true_positive = outcome.true_positive[kAllAreas];
      const uint16_t false_positive = outcome.false_positive[kAllAreas];
      if (false_positive == kEveryThreshold) {
        ranking.plain.push_back(image);
      } else if (true_positive != 0 || false_positive != 0) {
        ranking.events.push_back({image, true_positive, false_positive, ranking.plain.size()});
      }
    }
  }
}

int64_t WeightedEvaluation::count_positives(const Ranking& ranking,
                                            std::span<const int32_t> weights) {
  int64_t positives = 0;
  for (const Positives& part : ranking.positives) positives += part.count * weights[part.image];
  return positives;
}

void WeightedEvaluation::evaluate_class(const Ranking& ranking, int64_t positives,
                                        std::span<const int32_t> weights, Scratch& scratch) {
  std::array<int64_t, kIouThresholdCount> true_positives{}, false_positives{};
  for (auto& hits : scratch.hits) hits.clear();
  int64_t plain_weight = 0;
  size_t plain = 0;
  for (const Event& event : ranking.events) {
    for (; plain < event.plain_before; ++plain) plain_weight += weights[ranking.plain[plain]];
    const int32_t weight = weights[event.image];
    if (weight == 0) continue;
    for (uint32_t bits = event.true_positive; bits != 0; bits &= bits - 1) {
      const int t = std::countr_zero(bits);
      true_positives[t] += weight;
      const auto tp = static_cast<double>(true_positives[t]);
      const auto fp = static_cast<double>(false_positives[t] + plain_weight);
      scratch.hits[t].push_back({true_positives[t], tp / (fp + tp + kPrecisionSpacing)});
    }
    for (uint32_t bits = event.false_positive; bits != 0; bits &= bits - 1) {
      false_positives[std::countr_zero(bits)] += weight;
    }
  }
  const auto needed = needed_true_positives(positives);
  for (int64_t t = 0; t < kIouThresholdCount; ++t) {
    scratch.interpolate(t, needed);
  }
}

int64_t WeightedEvaluation::bytes_of_evaluate() const {
  return static_cast<int64_t>(rankings_.size() * kPointsOfClass * sizeof(double));
}

WeightedAp WeightedEvaluation::evaluate(std::span<const int32_t> weights) const {
  WeightedAp result;
  result.per_class.assign(rankings_.size(), -1);
  std::vector<int64_t> positives;
  for (const Ranking& ranking : rankings_) positives.push_back(count_positives(ranking, weights));
  const auto measured = std::ssize(positives) - std::count(positives.begin(), positives.end(), 0);
  if (measured == 0) return result;
  // The evaluation adds by threshold, recall point and class.
  std::vector<double> values(kPointsOfClass * measured);
  Scratch scratch;
  int64_t place = 0;
  for (size_t k = 0; k < rankings_.size(); ++k) {
    if (positives[k] == 0) continue;
    evaluate_class(rankings_[k], positives[k], weights, scratch);
    result.per_class[k] = numpy_mean(scratch.precision);
    for (int64_t i = 0; i < kPointsOfClass; ++i) {
      values[i * measured + place] = scratch.precision[i];
    }
    ++place;
  }
  result.ap = numpy_mean(values);
  result.ap50 = numpy_mean(std::span(values).first(kRecallPoints * measured));
  return result;
}

}  // namespace rn
