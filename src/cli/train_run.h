#pragma once

#include "cli/run_folder.h"
#include "config/load.h"

namespace rn {

/// One training run from its config to its last line, on the screen and in the run's folder.
/// @return the exit code: kExitDone, or kExitInterrupted if a signal has stopped it
/// @throws Error whatever ends it before; the run's log has it, too
int run_training(AppConfig config, RunPlace place);

}  // namespace rn
