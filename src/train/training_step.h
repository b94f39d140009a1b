#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "boxes/anchors.h"
#include "core/image_size.h"
#include "core/phase_clock.h"
#include "core/precision.h"
#include "data/batch.h"
#include "loss/criterion.h"
#include "model/retinanet.h"
#include "train/config.h"
#include "train/loss_scaler.h"
#include "train/optimizer.h"

namespace rn {

/// "12 (images 7, 9, 13)": how errors name a step.
std::string step_text(int64_t iteration, const std::vector<int64_t>& image_ids);

/// What the time of a step goes to. The wait for the batch is the caller's to measure.
enum class StepPhase { kData, kForward, kLoss, kBackward, kOptimizer, kCount };
using StepClock = PhaseClock<StepPhase>;

/// How one step changes a model: forward, criterion, backward for each of its batches, then the
/// clipped gradient through the optimizer. Convolutions run in `precision`; parameters, losses and
/// the update are float32.
class TrainingStep {
 public:
  /// What the criterion said of one batch.
  struct Losses {
    double classification = 0.0;
    double box = 0.0;
    int64_t positives = 0;
  };

  /// @param model on `device` already
  /// @throws Error if the precision can't be had on the device
  TrainingStep(const TrainConfig& config, Precision precision, torch::Device device,
               RetinaNet model, Criterion criterion);

  /// Adds the gradient of a batch. The losses are read before the backward pass is queued: the
  /// criterion has waited for the device anyway.
  /// @param batches how many batches make this step: each counts 1 / batches
  /// @param iteration of this step, counted from 1, for errors
  /// @throws Error naming the step and the images if a loss isn't finite
  Losses add(const Batch& batch, int64_t batches, int64_t iteration);

  /// Clips the gradient, makes the optimizer's step and forgets the gradient. A gradient that is
  /// not finite is never applied where that can be seen without waiting for the device (CPU, fp16).
  /// @return scalar: the norm of the gradient before clipping
  torch::Tensor finish(double learning_rate);

  /// Forgets a step that was begun.
  void abandon();

  /// @param clock gets the phases of every step from now on; it must outlive this. nullptr: none
  void time_with(StepClock* clock) { clock_ = clock; }

  Optimizer& optimizer() { return optimizer_; }
  const Optimizer& optimizer() const { return optimizer_; }
  LossNormalizer& normalizer() { return criterion_.normalizer(); }
  LossScaler& scaler() { return scaler_; }
  const LossScaler& scaler() const { return scaler_; }

 private:
  /// All logits, but the boxes of the positive anchors alone.
  LossOutput forward(const Batch& batch);

  void lap(StepPhase phase) {
    if (clock_ != nullptr) clock_->lap(phase);
  }

  double clip_norm_;
  torch::Dtype dtype_;
  torch::Device device_;
  RetinaNet model_;
  Criterion criterion_;
  Optimizer optimizer_;
  LossScaler scaler_;
  AnchorCache anchors_;
  StepClock* clock_ = nullptr;
};

}  // namespace rn
