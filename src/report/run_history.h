#pragma once

#include <filesystem>
#include <vector>

#include "core/run_events.h"

namespace rn {

/// What a run's metrics.jsonl tells, each kind in the order of the file. What the file doesn't have
/// (of a step: the run's length and its place in the epoch) has its default.
struct RunHistory {
  std::vector<StepEvent> steps;
  std::vector<EvaluationEvent> evaluations;  ///< without loss_profile, which has lines of its own
  std::vector<LossProfileEvent> profiles;
  std::vector<RollbackEvent> rollbacks;  ///< those whose step is still part of the run
};

/// The inverse of MetricLog. A number that is null or absent is NaN; a count is 0. Lines of an
/// unknown kind or of none are skipped, and so is a last line without its end: a run was killed
/// while it wrote it.
/// @throws Error naming file and line: the file can't be read, a line isn't JSON, a value is of
/// another type
RunHistory read_run_history(const std::filesystem::path& metrics_jsonl);

}  // namespace rn
