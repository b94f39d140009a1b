#pragma once

#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <exception>
#include <vector>

#include "boxes/anchors.h"
#include "core/image_size.h"
#include "core/phase_clock.h"
#include "core/precision.h"
#include "data/batch.h"
#include "loss/criterion.h"
#include "model/retinanet.h"
#include "train/batch_parts.h"
#include "train/config.h"
#include "train/loss_scaler.h"
#include "train/optimizer.h"
#include "train/running_statistics.h"

namespace rn {

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
    bool finite() const { return std::isfinite(classification) && std::isfinite(box); }
  };

  /// What finish() did.
  struct Update {
    double gradient_norm = 0.0;  ///< before clipping
    bool made = true;            ///< false: the norm isn't finite
    /// Not made, and no loss scale of fp16 is the reason, for which overflows are ordinary.
    bool bad = false;
  };

  /// @param model on `device` already
  /// @throws Error if the precision can't be had on the device
  TrainingStep(const TrainConfig& config, Precision precision, torch::Device device,
               RetinaNet model, Criterion criterion);

  /// Adds the gradient of a batch. The losses are read before the backward pass is queued: the
  /// criterion has waited for the device anyway.
  /// @param batches how many batches make this step: each counts 1 / batches
  /// @return losses that aren't finite: abandon() the step
  /// @throws OutOfMemory if memory runs out: the step is abandoned, and may be done again if that
  /// gives the size of its parts
  Losses add(const Batch& batch, int64_t batches);

  /// Clips the gradient, makes the optimizer's step and forgets the gradient. A gradient that is
  /// not finite is never applied; that a step is bad is as if it had been abandoned.
  Update finish(double learning_rate);

  /// Forgets a step that was begun: gradients, and what its forward passes have changed in the
  /// network's running statistics and in the loss normaliser's average.
  void abandon();

  /// The losses of a batch level by level, as add() had them; none if memory doesn't suffice. Costs
  /// a forward pass and changes nothing. @pre no step is begun
  std::vector<LevelLosses> losses_per_level(const Batch& batch);

  /// The next add() tells what the losses of its batch are made of. @param profile must outlive it
  void profile_next(LossProfile* profile) { profile_ = profile; }

  /// @param clock gets the phases of every step from now on; it must outlive this. nullptr: none
  void time_with(StepClock* clock) { clock_ = clock; }

  Optimizer& optimizer() { return optimizer_; }
  const Optimizer& optimizer() const { return optimizer_; }
  LossNormalizer& normalizer() { return criterion_.normalizer(); }
  BatchParts& parts() { return parts_; }
  LossScaler& scaler() { return scaler_; }
  const LossScaler& scaler() const { return scaler_; }

 private:
  /// All logits, but the boxes of the positive anchors alone.
  struct Outputs {
    torch::Tensor images;
    Maps logits;
    torch::Tensor deltas;
    Targets targets;
  };

  Outputs forward(const Batch& batch);
  void begin();
  /// Adds images `first` and so on of a batch.
  /// @param weights of the batch's images in its loss; empty: not known yet
  void add_part(const Batch& batch, const Batch& part, int64_t first, int64_t batches,
                std::vector<double>& weights, Losses& losses);
  [[noreturn]] void ran_out_of_memory(const Batch& part, int64_t batches,
                                      const std::exception& error);

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
  BatchParts parts_;
  RunningStatistics statistics_;  ///< from before the step that is begun
  double normalizer_before_ = 0.0;
  bool begun_ = false;
  LossProfile* profile_ = nullptr;  ///< of the next batch
  StepClock* clock_ = nullptr;
};

}  // namespace rn
