#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"
#include "eval/matches.h"

namespace rn {

/// AP where some images count more than once, or not at all; -1 where there are no objects.
struct WeightedAp {
  double ap = -1;  ///< IoU .5:.95
  double ap50 = -1;
  std::vector<double> per_class;
};

/// One result, laid out for many evaluations with different weights of the images.
class WeightedEvaluation {
 public:
  WeightedEvaluation(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
                     const Matches& matches);

  /// As if each image with its objects and detections were there weights[i] times, its copies one
  /// after the other (and the copies of a detection together where others of the image have its
  /// class and score). With weights of 1 equal to EvaluationResult (all areas, third limit of
  /// detections) to the last bit.
  /// @param weights [images], >= 0
  WeightedAp evaluate(std::span<const int32_t> weights) const;

  /// Memory that a call of evaluate takes, about.
  int64_t bytes_of_evaluate() const;

 private:
  /// A detection that is a true positive at some threshold, or ignored at some.
  struct Event {
    int32_t image = 0;
    uint16_t true_positive = 0;  ///< bit t: at IoU threshold t
    uint16_t false_positive = 0;
    size_t plain_before = 0;  ///< how many of Ranking::plain come before it
  };
  struct Positives {
    int32_t image = 0;
    int32_t count = 0;
  };
  struct Ranking {
    std::vector<Event> events;   ///< by descending score
    std::vector<int32_t> plain;  ///< images of detections that are false at all thresholds
    std::vector<Positives> positives;
  };
  struct Scratch;

  static int64_t count_positives(const Ranking& ranking, std::span<const int32_t> weights);
  static void evaluate_class(const Ranking& ranking, int64_t positives,
                             std::span<const int32_t> weights, Scratch& scratch);

  std::vector<Ranking> rankings_;  ///< of the classes
};

}  // namespace rn
