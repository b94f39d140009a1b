#include "eval/analysis/comparison.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"
#include "eval/analysis/weighted_evaluation.h"

namespace rn {
namespace {

void check_comparison(const Matches& a, const Matches& b, const BootstrapOptions& options) {
  if (a.class_agnostic != b.class_agnostic || a.max_detections != b.max_detections) {
    fail(
        "comparison: the two results were evaluated with different options; evaluate both with "
        "the same limits of detections, and both by class or both class-agnostic");
  }
  if (options.resamples < 1) {
    fail("comparison: {} resamples, expected at least 1, such as 1000", options.resamples);
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    fail("comparison: confidence {}, expected between 0 and 1, such as 0.95", options.confidence);
  }
}

/// How often each image is drawn.
std::vector<int32_t> draw_weights(int64_t images, uint64_t seed, int64_t resample) {
  Rng rng(seed, static_cast<uint64_t>(resample));
  std::vector<int32_t> weights(images);
  for (int64_t i = 0; i < images; ++i) ++weights[rng.below(images)];
  return weights;
}

/// Linear between the order statistics. @param values ascending, not empty
double quantile(std::span<const double> values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const double below = std::floor(place);
  const auto i = static_cast<size_t>(below);
  if (i + 1 >= values.size()) return values.back();
  return values[i] + (place - below) * (values[i + 1] - values[i]);
}

/// The basic interval, within what the number can be.
Interval interval_of(double value, std::vector<double> resampled, double confidence,
                     const Interval& possible) {
  std::sort(resampled.begin(), resampled.end());
  const double tail = (1 - confidence) / 2;
  return {std::max(possible.low, 2 * value - quantile(resampled, 1 - tail)),
          std::min(possible.high, 2 * value - quantile(resampled, tail))};
}

/// Both results' values of one number, in all resamples and (first) without resampling.
struct PairOfSeries {
  std::vector<double> a, b;
};

ComparedNumber compare_series(const PairOfSeries& series, double confidence) {
  ComparedNumber number;
  number.a = series.a.front();
  number.b = series.b.front();
  if (number.a < 0 || number.b < 0) return number;
  number.difference = number.b - number.a;
  std::vector<double> a, b, differences;
  int64_t better = 0, equal = 0;
  for (size_t i = 1; i < series.a.size(); ++i) {
    if (series.a[i] < 0 || series.b[i] < 0) continue;  // none of its objects were drawn
    a.push_back(series.a[i]);
    b.push_back(series.b[i]);
    differences.push_back(series.b[i] - series.a[i]);
    better += series.b[i] > series.a[i];
    equal += series.b[i] == series.a[i];
  }
  number.resamples = static_cast<int64_t>(differences.size());
  if (number.resamples == 0) return number;
  number.b_better = static_cast<double>(better) / static_cast<double>(number.resamples);
  number.equal = static_cast<double>(equal) / static_cast<double>(number.resamples);
  number.a_interval = interval_of(number.a, std::move(a), confidence, {0, 1});
  number.b_interval = interval_of(number.b, std::move(b), confidence, {0, 1});
  number.difference_interval =
      interval_of(number.difference, std::move(differences), confidence, {-1, 1});
  return number;
}

struct PairOfAps {
  WeightedAp a, b;
};

/// The one number of all pairs. @param number (WeightedAp) gives it
template <class Number>
PairOfSeries series_of(const std::vector<PairOfAps>& pairs, Number number) {
  PairOfSeries series;
  for (const PairOfAps& pair : pairs) {
    series.a.push_back(number(pair.a));
    series.b.push_back(number(pair.b));
  }
  return series;
}

std::vector<ComparedClass> class_rows(const CocoGroundTruth& ground_truth, bool class_agnostic) {
  std::vector<ComparedClass> rows;
  if (class_agnostic) {
    rows.push_back({-1, "any class", {}});
    return rows;
  }
  for (const Category& category : ground_truth.categories()) {
    rows.push_back({category.id, category.name, {}});
  }
  return rows;
}

}  // namespace

bool is_comparable(const Comparison& comparison, const ComparedNumber& number) {
  constexpr double kNearlyAll = 0.99;
  return number.resamples > 0 && static_cast<double>(number.resamples) >=
                                     kNearlyAll * static_cast<double>(comparison.options.resamples);
}

bool is_clear(const ComparedNumber& number) {
  return number.difference_interval.low > 0 || number.difference_interval.high < 0;
}

Comparison compare_results(const CocoGroundTruth& ground_truth,
                           std::span<const CocoResult> detections_a, const Matches& matches_a,
                           std::span<const CocoResult> detections_b, const Matches& matches_b,
                           const BootstrapOptions& options) {
  check_comparison(matches_a, matches_b, options);
  const WeightedEvaluation a(ground_truth, detections_a, matches_a);
  const WeightedEvaluation b(ground_truth, detections_b, matches_b);
  Comparison comparison;
  comparison.options = options;
  comparison.images = static_cast<int64_t>(ground_truth.image_ids().size());
  std::vector<PairOfAps> pairs(comparison.images > 0 ? options.resamples + 1 : 1);
  parallel_for(static_cast<int64_t>(pairs.size()), options.threads, [&](int64_t i) {
    const auto weights = i == 0 ? std::vector<int32_t>(comparison.images, 1)
                                : draw_weights(comparison.images, options.seed, i - 1);
    pairs[i] = {a.evaluate(weights), b.evaluate(weights)};
  });
  const auto compared = [&](auto number) {
    return compare_series(series_of(pairs, number), options.confidence);
  };
  comparison.ap = compared([](const WeightedAp& ap) { return ap.ap; });
  comparison.ap50 = compared([](const WeightedAp& ap) { return ap.ap50; });
  comparison.per_class = class_rows(ground_truth, matches_a.class_agnostic);
  for (size_t k = 0; k < comparison.per_class.size(); ++k) {
    comparison.per_class[k].ap = compared([&](const WeightedAp& ap) { return ap.per_class[k]; });
  }
  return comparison;
}

}  // namespace rn
