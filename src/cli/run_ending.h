#pragma once

#include <exception>
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

/// The same of a run that is to go on, but has come to its end before.
std::vector<std::string> ended_before_lines(const TrainingProgress& progress,
                                            const RunFolder& folder);

/// How far a run is, for its page. @param iterations of the whole run
RunState running_state(const TrainingProgress& progress, int64_t iterations,
                       const AppConfig& config);

/// How far a run is with an evaluation.
RunState evaluated_state(const EvaluationEvent& event, int64_t iterations, const AppConfig& config);

/// How far one is that was stopped, or stopped early.
RunState ended_state(const TrainResult& result, int64_t iterations, const AppConfig& config);

/// How far one is that an error has ended.
RunState failed_state(const TrainingProgress& progress, const std::exception& error,
                      int64_t iterations, const AppConfig& config);

}  // namespace rn
