#pragma once

#include <cstdint>
#include <filesystem>

#include "train/training_state.h"

namespace rn {

/// The checkpoints that a run can go back to if it diverges: good-NNNNNN.ckpt, two at most. A
/// checkpoint from just before the trouble was noticed may hold exploded weights already, so they
/// are 100 steps apart, and which ones they are follows from the steps at which a run saves by its
/// config, never from when it was stopped or what the clock said: TrainingProgress::good_steps.
inline constexpr int64_t kGoodDistance = 100;

std::filesystem::path good_checkpoint(const std::filesystem::path& folder, int64_t iteration);

/// Makes the present step one to go back to if it is one: no step before it failed, and the last
/// such step is far enough away.
/// @return whether it is
bool note_good_step(TrainingProgress& progress);

/// The newest of the good steps that is far enough from the present one, else the oldest.
/// @pre there is one
int64_t step_to_go_back_to(const TrainingProgress& progress);

/// Brings the folder's files in line with what the last.ckpt in it says of good steps: that
/// checkpoint gets a name as a good one if it is one (a hard link), and those that aren't listed
/// any more go. That it can't is a warning.
void keep_good_checkpoints(const std::filesystem::path& folder, const TrainingProgress& progress);

/// The checkpoint of step_to_go_back_to or, if that can't be used, the best there is in its place.
struct GoodCheckpoint {
  std::filesystem::path path;
  TrainingState state;
};

/// @throws Error if no checkpoint of the folder can be used
GoodCheckpoint load_good_checkpoint(const std::filesystem::path& folder,
                                    const TrainingProgress& progress);

/// Makes a good checkpoint the one that a resumed run falls back to: it becomes last.ckpt.previous,
/// later ones (last.ckpt, step-NNNNNN.ckpt) get ".diverged" behind their names. At every moment
/// there is a whole checkpoint that --resume finds. What the disk doesn't let it do is a warning:
/// the run itself needs none of it.
void set_later_checkpoints_aside(const std::filesystem::path& folder, const GoodCheckpoint& good);

}  // namespace rn
