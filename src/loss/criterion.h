#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "boxes/box_coder.h"
#include "boxes/ground_truth.h"
#include "boxes/matcher.h"
#include "boxes/predictions.h"
#include "loss/classification_loss.h"
#include "loss/config.h"

namespace rn {

/// Weighted and normalised; scalars, float32 (double from double inputs), with gradients.
struct LossOutput {
  torch::Tensor classification;
  torch::Tensor box;
  int64_t num_positives = 0;  ///< positive anchors of the batch
  torch::Tensor total() const { return classification + box; }
};

/// Matching, classification loss and box loss of a batch. Lin et al. 2017, section 4. Both losses
/// are sums divided by max(1, positive anchors of the batch).
class Criterion {
 public:
  /// @param class_counts [K] objects of each class in the training set; only alpha_from =
  /// inverse_frequency needs them
  /// @throws Error if the options contradict each other or the counts are missing
  Criterion(LossConfig config, int64_t num_classes, const std::vector<int64_t>& class_counts = {},
            BoxCoder coder = BoxCoder());

  /// @param predictions P3 first, on any device
  /// @param anchors_per_level [H*W*A, 4] for each level, on the same device
  /// @param targets one for each image of the batch, on any device
  LossOutput operator()(const Predictions& predictions,
                        const std::vector<torch::Tensor>& anchors_per_level,
                        const std::vector<GroundTruth>& targets) const;

 private:
  LossConfig config_;
  int64_t num_classes_;
  Matcher matcher_;
  BoxCoder coder_;
  ClassificationTerms terms_;
};

}  // namespace rn
