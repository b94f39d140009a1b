#pragma once

#include <cstdint>
#include <vector>

#include "loss/config.h"

namespace rn {

/// How much each image's sum of losses counts in the batch's loss, from the numbers of positive
/// anchors p_n of its N images:
///   batch           1 / max(1, sum of p_n)        Lin et al. 2017, section 4.1
///   image           1 / (N max(1, p_n))           torchvision
///   moving_average  1 / m, m = 0.9 m + 0.1 max(1, sum of p_n), m = 100 at first    detectron2
/// Only the moving average has a state; it belongs to the training state.
class LossNormalizer {
 public:
  static constexpr double kInitialAverage = 100.0;

  explicit LossNormalizer(NormalizerKind kind) : kind_(kind) {}

  /// @param positives_per_image [N], N > 0 @return [N]
  std::vector<double> operator()(const std::vector<int64_t>& positives_per_image);

  double average() const { return average_; }
  void set_average(double average) { average_ = average; }

 private:
  NormalizerKind kind_;
  double average_ = kInitialAverage;
};

}  // namespace rn
