#pragma once

#include <string>
#include <vector>

#include "cli/run_folder.h"
#include "config/app_config.h"
#include "runreport/run_report.h"
#include "train/trainer.h"

namespace rn {

/// What a person reads when a run has ended, a paragraph each.
/// @param findings what was measured last: the classes' table, the speed; some may be empty
std::vector<std::string> ending_lines(const TrainResult& result, const RunFolder& folder,
                                      const std::vector<std::string>& findings);

/// How far a run is with an evaluation, for its page. @param iterations of the whole run
RunState evaluated_state(const EvaluationEvent& event, int64_t iterations, const AppConfig& config);

/// How far one is that was stopped, or stopped early.
RunState ended_state(const TrainResult& result, int64_t iterations, const AppConfig& config);

/// How far one is that an error has ended.
RunState failed_state(const TrainingProgress& progress, const std::string& error,
                      int64_t iterations, const AppConfig& config);

}  // namespace rn
