#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/field.h"
#include "loss/loss_normalizer.h"
#include "model/state_dict.h"
#include "train/divergence.h"

namespace rn {

/// Where a run is: all of its state that is not a tensor.
struct TrainingProgress {
  int64_t iteration = 0;
  int64_t epoch = 0;
  int64_t next_batch = 0;
  int64_t batches_per_epoch = 0;
  int64_t seed = 0;
  int64_t data_checksum = 0;
  int64_t objects_checksum = 0;
  double best_ap = 0.0;
  int64_t best_epoch = 0;
  int64_t evaluations_without_gain = 0;
  bool evaluation_due = false;
  double loss_scale = 0.0;
  int64_t loss_scale_good_steps = 0;
  double loss_normalizer = LossNormalizer::kInitialAverage;
  int64_t bad_steps = 0;
  int64_t skipped_steps = 0;
  int64_t rollbacks = 0;
  double rate_factor = 1.0;
  LossHistory losses;
  std::vector<int64_t> good_steps;
  int64_t batch_pixel_limit = 0;
  std::string machine;

  /// Also the form in a checkpoint.
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("iteration", c.iteration, Range{0, 9e15}, "optimizer steps done");
    v("epoch", c.epoch, Range{0, 9e15}, "epochs done");
    v("next_batch", c.next_batch, Range{0, 9e15}, "batches of the next epoch that are done");
    v("batches_per_epoch", c.batches_per_epoch, Range{0, 9e15}, "of the training set");
    v("seed", c.seed, "of the data's order and augmentation");
    v("data_checksum", c.data_checksum, "of the training set's images and categories");
    v("objects_checksum", c.objects_checksum, "of its boxes; 0: unknown");
    v("best_ap", c.best_ap, "best validation AP; of no meaning while best_epoch is 0");
    v("best_epoch", c.best_epoch, Range{0, 9e15}, "epoch of it, counted from 1; 0: none yet");
    v("evaluations_without_gain", c.evaluations_without_gain, Range{0, 9e15}, "since the best one");
    v("evaluation_due", c.evaluation_due, "the steps are done, their evaluation is not");
    v("loss_scale", c.loss_scale, "fp16's loss scale");
    v("loss_scale_good_steps", c.loss_scale_good_steps, Range{0, 9e15},
      "steps since the loss scale changed");
    v("loss_normalizer", c.loss_normalizer, Range{0, 1e12},
      "moving average of the batches' positive anchors");
    v("bad_steps", c.bad_steps, Range{0, 9e15}, "steps in a row, the last ones, that were skipped");
    v("skipped_steps", c.skipped_steps, Range{0, 9e15}, "all that were");
    v("rollbacks", c.rollbacks, Range{0, 9e15}, "times that the run went back");
    v("rate_factor", c.rate_factor, Range{0, 1}, "of the learning rate: half for each of them");
    v("losses", c.losses, "that tell whether the run diverges");
    v("good_steps", c.good_steps, Range{0, 9e15},
      "whose checkpoints the run can go back to, oldest first; see good_checkpoints.h");
    v("batch_pixel_limit", c.batch_pixel_limit, Range{0, 9e15},
      "pixels of a batch for which memory has run out: it goes on in parts; 0: none has");
    v("machine", c.machine, "what the last bits of the weights depend on besides: device, threads");
  }
};

/// Everything that the next step depends on: a run that continues from it can't be told from one
/// that was never stopped. If it isn't in here, resuming is broken.
struct TrainingState {
  TrainingProgress progress;
  StateDict model;           ///< parameters and buffers
  StateDict ema;             ///< their averages; empty without EMA
  StateDict optimizer;       ///< see Optimizer::state
  torch::Tensor cpu_random;  ///< uint8, state of torch's default CPU generator
  std::string config;        ///< the run's resolved config, JSON
};

}  // namespace rn
