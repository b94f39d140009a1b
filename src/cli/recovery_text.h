#pragma once

#include <string>

#include "core/run_events.h"
#include "train/training_state.h"

namespace rn {

/// "step 1234: the loss, ...: going back to step 1000 (good-001000.ckpt), ..."
std::string rollback_text(const RollbackEvent& event);

/// What a run tells at its end of the steps that it skipped and of how often it went back; empty:
/// neither happened.
std::string recovery_text(const TrainingProgress& progress);

}  // namespace rn
