#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "boxes/scores.h"
#include "loss/config.h"

namespace rn {

/// What the family comes down to: FL = -weight_t (1 - p_t)^gamma log(p_t). Lin et al. 2017, Eq. 5.
struct ClassificationTerms {
  std::vector<double> positive_weights;  ///< [K], alpha of a positive of each class
  double negative_weight = 1.0;
  double gamma = 0.0;
  ScoreActivation activation = ScoreActivation::kSigmoid;
};

/// Weights of the classes: with inverse_frequency, positives of class k weigh
/// alpha * c * count_k ^ -power, where c makes the mean over all objects alpha; a class without
/// objects weighs as much as the rarest one that has some.
/// @param class_counts [K], or empty if no kind of config needs it
/// @throws Error if the options contradict each other or the counts are missing
ClassificationTerms classification_terms(const ClassificationLossConfig& config,
                                         int64_t num_classes,
                                         const std::vector<int64_t>& class_counts);

/// Sum over the anchors and classes of one level, each image's times its scale. On the CPU loss and
/// gradient come from one threaded pass over the logits; other devices run composed tensor
/// operations.
/// @param logits [N, A*K, H, W] float, double or bfloat16; best channels-last
/// @param labels [N, H*W*A] int64: class index, kBackground or kIgnore; not checked here
/// @param scales [N], or one for all images
/// @return scalar in float32 (double from double), once differentiable
torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                  const ClassificationTerms& terms,
                                  const std::vector<double>& scales);

/// Online hard example mining: of every image's negatives, over all levels, only the ones with the
/// largest cross entropy stay: max(ratio * positives, min_negatives); the others become kIgnore.
/// Shrivastava et al. 2016, without its NMS; the ratio is Liu et al.'s (SSD, 2016).
/// @param logits for each level [N, A*K, H, W] @param labels for each level [N, H*W*A]
/// @return the new labels
std::vector<torch::Tensor> mine_hard_negatives(const std::vector<torch::Tensor>& logits,
                                               const std::vector<torch::Tensor>& labels,
                                               const ClassificationLossConfig& config);

}  // namespace rn
