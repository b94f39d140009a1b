#include "eval/analysis/comparison.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"
#include "eval/analysis/by_image.h"
#include "eval/analysis/weighted_evaluation.h"
#include "eval/coco_evaluator.h"

namespace rn {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

void check_same_options(const Matches& a, const Matches& b) {
  if (a.class_agnostic == b.class_agnostic && a.max_detections == b.max_detections) return;
  fail(
      "comparison: the two results were evaluated with different options; evaluate both with "
      "the same");
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

Interval percentile_interval(std::vector<double> resampled, double confidence) {
  std::sort(resampled.begin(), resampled.end());
  const double tail = (1 - confidence) / 2;
  return {quantile(resampled, tail), quantile(resampled, 1 - tail)};
}

/// Of an AP, within what it can be.
Interval basic_interval(double value, std::vector<double> resampled, double confidence) {
  const Interval middle = percentile_interval(std::move(resampled), confidence);
  return {std::max(0.0, 2 * value - middle.high), std::min(1.0, 2 * value - middle.low)};
}

/// Both results' values of one number, in all resamples and (first) without resampling.
struct PairOfSeries {
  std::vector<double> a, b;
  void resize(size_t length) {
    a.resize(length);
    b.resize(length);
  }
  void write(size_t i, double value_a, double value_b) {
    a[i] = value_a;
    b[i] = value_b;
  }
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
  number.a_interval = basic_interval(number.a, std::move(a), confidence);
  number.b_interval = basic_interval(number.b, std::move(b), confidence);
  number.difference_interval = percentile_interval(std::move(differences), confidence);
  return number;
}

/// The series of all numbers, to be filled by one resample after the other or by many at once.
struct AllSeries {
  PairOfSeries ap, ap50;
  std::vector<PairOfSeries> per_class;

  AllSeries(size_t classes, size_t length) : per_class(classes) {
    for (PairOfSeries* series : {&ap, &ap50}) series->resize(length);
    for (PairOfSeries& series : per_class) series.resize(length);
  }

  void write(size_t i, const WeightedAp& a, const WeightedAp& b) {
    ap.write(i, a.ap, b.ap);
    ap50.write(i, a.ap50, b.ap50);
    for (size_t k = 0; k < per_class.size(); ++k) {
      per_class[k].write(i, a.per_class[k], b.per_class[k]);
    }
  }
};

/// Fewer than asked for where together they would take too much memory.
int bounded_threads(int asked, int64_t bytes_of_each) {
  const int64_t threads = asked > 0 ? asked : available_cores();
  const int64_t most = kMostBootstrapBytes / std::max<int64_t>(bytes_of_each, 1);
  return static_cast<int>(std::clamp<int64_t>(most, 1, threads));
}

std::vector<ComparedClass> class_rows(const CocoGroundTruth& ground_truth, bool class_agnostic) {
  std::vector<ComparedClass> rows;
  if (class_agnostic) {
    rows.push_back({kAnyCategoryId, kAnyCategoryName, {}});
    return rows;
  }
  for (const Category& category : ground_truth.categories()) {
    rows.push_back({category.id, category.name, {}});
  }
  return rows;
}

/// Writes down how many images have objects: of each class and of any.
void count_images(const CocoGroundTruth& ground_truth, bool class_agnostic,
                  Comparison& comparison) {
  const auto objects = evaluated_objects(ground_truth, class_agnostic);
  std::vector<char> any(comparison.images);
  for (size_t k = 0; k < objects.size(); ++k) {
    int64_t last = -1;  // they are listed image by image
    for (const CocoGroundTruth::Object& object : objects[k]) {
      if (object.crowd) continue;
      any[object.image] = true;
      comparison.per_class[k].ap.images += object.image != last;
      last = object.image;
    }
  }
  comparison.ap.images = comparison.ap50.images = std::count(any.begin(), any.end(), true);
}

}  // namespace

void check_bootstrap(const BootstrapOptions& options, int64_t classes) {
  if (options.resamples < 1) {
    fail("comparison: {} resamples, expected at least 1, such as 1000", options.resamples);
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    fail("comparison: confidence {}, expected between 0 and 1, such as 0.95", options.confidence);
  }
  const int64_t bytes_of_resample =
      std::max<int64_t>(classes, 1) * static_cast<int64_t>(2 * sizeof(double));
  const int64_t most = kMostBootstrapBytes / bytes_of_resample;
  if (options.resamples > most) {
    fail(
        "comparison: {} resamples of {} classes would take {} MiB of memory, expected at most {}; "
        "ask for {} resamples or fewer (--resamples)",
        options.resamples, classes, (options.resamples * bytes_of_resample + kMiB - 1) / kMiB,
        kMostBootstrapBytes / kMiB, most);
  }
}

bool is_comparable(const Comparison& comparison, const ComparedNumber& number) {
  constexpr double kNearlyAll = 0.99;
  const auto asked = static_cast<double>(comparison.options.resamples);
  return number.resamples > 0 && static_cast<double>(number.resamples) >= kNearlyAll * asked &&
         number.images >= kFewestComparedImages;
}

bool is_clear(const ComparedNumber& number) {
  return number.difference_interval.low > 0 || number.difference_interval.high < 0;
}

Comparison compare_results(const CocoGroundTruth& ground_truth,
                           std::span<const CocoResult> detections_a, const Matches& matches_a,
                           std::span<const CocoResult> detections_b, const Matches& matches_b,
                           const BootstrapOptions& options) {
  check_same_options(matches_a, matches_b);
  const size_t classes = matches_a.categories.size();
  check_bootstrap(options, static_cast<int64_t>(classes));
  const WeightedEvaluation a(ground_truth, detections_a, matches_a);
  const WeightedEvaluation b(ground_truth, detections_b, matches_b);
  Comparison comparison;
  comparison.options = options;
  comparison.images = static_cast<int64_t>(ground_truth.image_ids().size());
  const int threads = bounded_threads(options.threads, a.bytes_of_evaluate());
  AllSeries series(classes, comparison.images > 0 ? options.resamples + 1 : 1);
  parallel_for(static_cast<int64_t>(series.ap.a.size()), threads, [&](int64_t i) {
    const auto weights = i == 0 ? std::vector<int32_t>(comparison.images, 1)
                                : draw_weights(comparison.images, options.seed, i - 1);
    series.write(i, a.evaluate(weights), b.evaluate(weights));
  });
  comparison.ap = compare_series(series.ap, options.confidence);
  comparison.ap50 = compare_series(series.ap50, options.confidence);
  comparison.per_class = class_rows(ground_truth, matches_a.class_agnostic);
  for (size_t k = 0; k < classes; ++k) {
    comparison.per_class[k].ap = compare_series(series.per_class[k], options.confidence);
  }
  count_images(ground_truth, matches_a.class_agnostic, comparison);
  return comparison;
}

}  // namespace rn
