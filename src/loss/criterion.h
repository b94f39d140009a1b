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
#include "loss/loss_normalizer.h"
#include "loss/loss_profile.h"
#include "loss/targets.h"

namespace rn {

/// Weighted and normalised; scalars, float32 (double from double inputs), with gradients.
struct LossOutput {
  torch::Tensor classification;
  torch::Tensor box;
  int64_t num_positives = 0;  ///< positive anchors of the batch
  torch::Tensor total() const { return classification + box; }
};

/// What one pyramid level adds to a batch's losses.
struct LevelLosses {
  double classification = 0.0;
  double box = 0.0;
};

/// Matching, classification loss and box loss of a batch. Lin et al. 2017, section 4. Both losses
/// are sums over the images, weighted by the config's normalizer.
class Criterion {
 public:
  /// @param class_counts [K] objects of each class in the training set; only alpha_from =
  /// inverse_frequency needs them
  /// @throws Error if the options contradict each other or the counts are missing
  Criterion(LossConfig config, int64_t num_classes, const std::vector<int64_t>& class_counts = {},
            BoxCoder coder = BoxCoder());

  /// Matches the anchors of a batch. What it needs of the boxes are the positives' alone.
  /// @param anchors_per_level [H*W*A, 4] for each level, P3 first, on any device
  /// @param ground_truths one for each image of the batch, on any device
  Targets assign(const std::vector<torch::Tensor>& anchors_per_level,
                 const std::vector<GroundTruth>& ground_truths) const;

  /// @param logits [N, A*K, H, W] of each level, on the anchors' device
  /// @param deltas [P, 4] of the positives of all levels, in the order of `targets`
  /// @param targets what assign() made of these anchors
  LossOutput operator()(const std::vector<torch::Tensor>& logits, const torch::Tensor& deltas,
                        const std::vector<torch::Tensor>& anchors_per_level,
                        const Targets& targets);

  /// The same for images that are a part of a batch: the losses of its parts add up to its own.
  /// @param image_weights [N] what the normalizer gave to these images among those of the batch
  LossOutput operator()(const std::vector<torch::Tensor>& logits, const torch::Tensor& deltas,
                        const std::vector<torch::Tensor>& anchors_per_level, const Targets& targets,
                        const std::vector<double>& image_weights) const;

  /// Both, for a head that predicts all boxes.
  LossOutput operator()(const Predictions& predictions,
                        const std::vector<torch::Tensor>& anchors_per_level,
                        const std::vector<GroundTruth>& ground_truths);

  /// The same losses apart for each level, for a look at one batch. No gradients; waits for the
  /// device.
  std::vector<LevelLosses> per_level(const std::vector<torch::Tensor>& logits,
                                     const torch::Tensor& deltas,
                                     const std::vector<torch::Tensor>& anchors_per_level,
                                     const Targets& targets) const;

  /// Adds what the classification loss of a batch is made of, for a look at it. No gradients.
  void profile(const std::vector<torch::Tensor>& logits, const Targets& targets,
               LossProfile& profile) const;

  /// Its moving average is the only state: what a batch's losses are depends on it, if the config
  /// says so.
  LossNormalizer& normalizer() { return normalizer_; }
  const LossNormalizer& normalizer() const { return normalizer_; }

 private:
  /// What each anchor is to be taken for: hard negatives mined, if the config says so.
  std::vector<torch::Tensor> labels_of(const std::vector<torch::Tensor>& logits,
                                       const Targets& targets) const;

  LossConfig config_;
  int64_t num_classes_;
  Matcher matcher_;
  BoxCoder coder_;
  ClassificationTerms terms_;
  LossNormalizer normalizer_;
};

}  // namespace rn
