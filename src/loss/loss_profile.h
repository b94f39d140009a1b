#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "core/run_events.h"
#include "loss/classification_loss.h"

namespace rn {

/// The losses of many samples, counted by their size. Bins are an eighth of an octave wide or less:
/// what is read from them is exact to a few per cent of a sample's loss.
class LossHistogram {
 public:
  /// @param loss 0 or more; one that isn't finite is left out
  /// @param count how many samples it stands for
  void add(float loss, double count);

  double samples() const { return samples_; }
  double loss() const { return loss_; }
  /// The share of the loss that comes from the samples with the smallest losses: the curve of Lin
  /// et al. 2017, Fig. 4. @param share of the samples, 0..1 @return 0..1; 0 if there is no loss
  double loss_of_easiest(double share) const;

 private:
  struct Bin {
    double count = 0.0;
    double loss = 0.0;
  };
  static constexpr size_t kBins = 2048;

  std::vector<Bin> bins_ = std::vector<Bin>(kBins);
  double samples_ = 0.0;
  double loss_ = 0.0;
};

/// What the classification loss of some images is made of. A sample is what has a p_t of its own:
/// one anchor and class with sigmoid, one anchor with softmax. Ignored anchors are none. Losses are
/// without the loss's weight and its normaliser, which are the same for all of an image's.
struct LossProfile {
  struct Kind {
    LossHistogram losses;
    std::array<double, kProbabilityBins> p_t{};  ///< samples by p_t, see probability_bin
  };
  struct Level {
    double positives = 0.0;  ///< their losses' sum
    double negatives = 0.0;
  };
  Kind positives, negatives;
  std::vector<Level> levels;  ///< P3 first
  int64_t images = 0;
};

/// Adds a batch's: all its positive anchors, and of the others an even sample where they have more
/// than a million logits, each of which counts for those that it stands for.
/// @param logits [N, A*K, H, W] of each level, on any device
/// @param labels [N, H*W*A] of each level: class index, kBackground or kIgnore
/// @param trained the same as the loss is given them: hard example mining has made kIgnore of most
/// negatives, which are then samples without a loss
void add_losses(LossProfile& profile, const std::vector<torch::Tensor>& logits,
                const std::vector<torch::Tensor>& labels, const std::vector<torch::Tensor>& trained,
                const ClassificationTerms& terms);

/// The numbers that are kept and drawn of it.
LossProfileEvent summarize(const LossProfile& profile);

}  // namespace rn
