#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/loss_shares.h"

namespace rn {

/// What a training run tells those who watch it (screen, log, metric file). Plain values, so that
/// `train` and `report` need not know each other.

struct StepEvent {
  int64_t iteration = 0;   ///< optimizer steps done, counted from 1
  int64_t iterations = 0;  ///< of the whole run
  int64_t epoch = 0;       ///< counted from 1
  int64_t epochs = 0;
  int64_t step_in_epoch = 0;  ///< counted from 1
  int64_t steps_per_epoch = 0;
  int64_t images = 0;  ///< seen in this step
  int64_t positives = 0;
  double loss_cls = 0;
  double loss_box = 0;
  double learning_rate = 0;
  double grad_norm = 0;
  bool skipped = false;       ///< not made: loss or gradient not finite
  bool saving_fails = false;  ///< the newest checkpoint that was tried isn't on the disk
  double step_seconds = 0;    ///< wall time of the step, waiting for data included
  double data_seconds = 0;    ///< of it, waiting for data
};

/// How the classification loss is spread over easy and hard samples: Lin et al. 2017, Fig. 4, for a
/// run's own model. A sample is what has a p_t: one anchor and class, or one anchor with softmax.
struct LossProfileEvent {
  int64_t iteration = 0;
  int64_t epoch = 0;
  /// The first training batch, before its step; else validation pictures.
  bool at_start = false;
  int64_t images = 0;
  LossShares positives, negatives;
  /// Of the whole classification loss, what comes from the easiest kEasyShare of the negatives.
  double easy_negatives_share = 0;
  std::vector<double> level_positives;  ///< sum of the losses, P3 first
  std::vector<double> level_negatives;
};

struct EvaluationEvent {
  int64_t iteration = 0;
  int64_t epoch = 0;
  int64_t epochs = 0;              ///< of the whole run
  std::array<double, 12> stats{};  ///< COCO's 12 numbers in pycocotools' order
  std::vector<std::string> category_names;
  std::vector<double> category_ap;  ///< AP of each category; -1 where there is no object
  std::optional<LossProfileEvent> loss_profile;
  double seconds = 0;
  bool is_best = false;
  double best_ap = 0;
  int64_t best_epoch = 0;
};

/// The run is put back to an earlier step: what was told of later ones is no longer true.
struct RollbackEvent {
  int64_t iteration = 0;  ///< optimizer steps done when it was decided
  std::string reason;
  int64_t to_iteration = 0;     ///< optimizer steps done now
  bool evaluation_due = false;  ///< the evaluation after that step will be made again
  std::string checkpoint;       ///< file that it goes on from
  double rate_factor = 1;       ///< of the config's learning rate, from now on
  bool gives_up = false;        ///< the run ends here
};

}  // namespace rn
