#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"
#include "eval/matches.h"

namespace rn {

struct BootstrapOptions {
  int64_t resamples = 1000;
  double confidence = 0.95;
  uint64_t seed = 0;
  int threads = 0;  ///< 0: one for each core; no effect on the result
};

struct Interval {
  double low = -1;
  double high = -1;
};

/// One number of both results. -1 (difference: 0) where it could not be measured.
struct ComparedNumber {
  double a = -1;
  double b = -1;
  double difference = 0;  ///< b - a
  Interval a_interval;
  Interval b_interval;
  Interval difference_interval{0, 0};
  double b_better = 0;    ///< share of the resamples in which b > a, as they are
  double equal = 0;       ///< share in which b == a
  int64_t resamples = 0;  ///< in which it could be measured; the others are left out
  int64_t images = 0;     ///< that have objects that count in it
};

struct ComparedClass {
  int64_t id = 0;
  std::string name;
  ComparedNumber ap;
};

/// Two results on the same images, with intervals of a paired bootstrap over images (Davison and
/// Hinkley 1997, chapter 5): each resample draws as many images as there are, with replacement, and
/// evaluates both results on the drawn ones. An image drawn n times counts as n images. So it says
/// what another draw of images from the same source might show; not what another training would.
///
/// Interpolated precision is a maximum, so AP is higher on average where fewer images differ, as in
/// a resample. The interval of each result's own value takes that back: it reflects the resamples
/// at the value (basic interval). In the difference most of it cancels: its interval holds the
/// middle of the resampled differences as they are (percentile interval). Of pairs of equally good
/// simulated detectors it left out 0 in 5 to 7% where 5% are expected, the basic one in 14 to 19%
/// (60 images, 20 and 40 classes of very different frequency, 200 pairs each).
struct Comparison {
  BootstrapOptions options;
  int64_t images = 0;
  ComparedNumber ap;  ///< IoU .5:.95
  ComparedNumber ap50;
  std::vector<ComparedClass> per_class;  ///< as EvaluationResult::per_category
};

/// Fewer images with objects tell nothing: a bootstrap of them repeats what is there, and its
/// interval is too narrow (of one image it is a point). Of the mean of ten normally distributed
/// values an interval of 95% holds the true mean in 90% of all cases, of five in 84%, of two in
/// 60%.
inline constexpr int64_t kFewestComparedImages = 10;

/// Whether a number has enough images with objects for its interval to mean something: at least
/// kFewestComparedImages, and it could be measured in nearly all resamples.
bool is_comparable(const Comparison& comparison, const ComparedNumber& number);

/// Whether the interval leaves out 0. @pre is_comparable
bool is_clear(const ComparedNumber& number);

/// The values of all resamples are held at once: two doubles for each resample and class. What the
/// threads take, 8 KB for each class, is bounded by the same number.
inline constexpr int64_t kMostBootstrapBytes = int64_t{256} << 20;

/// @param classes that are evaluated
/// @throws Error if `options` don't hold, or would take more memory than kMostBootstrapBytes: it
/// then says how many resamples don't
void check_bootstrap(const BootstrapOptions& options, int64_t classes);

/// @param a, b matched with the same options, on the same ground truth
/// @throws Error if the options of the two differ, and as check_bootstrap
Comparison compare_results(const CocoGroundTruth& ground_truth,
                           std::span<const CocoResult> detections_a, const Matches& matches_a,
                           std::span<const CocoResult> detections_b, const Matches& matches_b,
                           const BootstrapOptions& options = {});

}  // namespace rn
