#pragma once

#include <string>

#include "core/precision.h"
#include "train/config.h"
#include "train/training_state.h"

namespace rn {

/// Why a run has to go back to a good checkpoint now: train.max_bad_steps in a row, or a loss that
/// runs away (divergence.h). Empty: it hasn't to.
std::string reason_to_go_back(const TrainingProgress& progress, const TrainConfig& config);

/// The progress of a run that goes back from `present` to the checkpoint of `good`: that of the
/// checkpoint, except for what is known of the best model, which stays on the disk, and of this and
/// the earlier times. The learning rate halves.
TrainingProgress progress_after_going_back(TrainingProgress good, const TrainingProgress& present);

/// What a user can do about a run that went back too often, with its numbers.
/// @param learning_rate of the step that failed @param bad_batches folder of the kept batches
std::string divergence_remedy(const TrainConfig& config, Precision precision,
                              const TrainingProgress& progress, double learning_rate,
                              const std::string& bad_batches);

}  // namespace rn
