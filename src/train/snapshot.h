#pragma once

#include "train/training_state.h"

namespace rn {

/// A copy of a TrainingState in memory of its own on the CPU, which is kept from one copy to the
/// next: memory that is new to a process costs more time than the copy itself.
class Snapshot {
 public:
  /// Copies everything, with LibTorch's threads, and returns when that is done. Layouts stay.
  void copy(const TrainingState& state);

  const TrainingState& state() const { return state_; }

 private:
  TrainingState state_;
};

}  // namespace rn
