#include "cli/run_ending.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

namespace rn {
namespace {

RunState state_of(const TrainingProgress& progress, int64_t iterations, const AppConfig& config) {
  const int64_t begun = progress.epoch + (progress.next_batch > 0 ? 1 : 0);
  RunState state;
  state.iteration = progress.iteration;
  state.iterations = iterations;
  state.epoch = std::min(begun, config.train.epochs);
  state.epochs = config.train.epochs;
  state.best_ap = progress.best_ap;
  state.best_epoch = progress.best_epoch;
  return state;
}

}  // namespace

std::vector<std::string> ending_lines(const TrainResult& result, const RunFolder& folder,
                                      const std::vector<std::string>& findings) {
  const TrainingProgress& progress = result.progress;
  if (result.stopped) {
    return {fmt::format(
        "Stopped after step {}; all is saved. Go on with the same command, --out {} and --resume.",
        progress.iteration, folder.path.string())};
  }
  std::vector<std::string> lines;
  if (result.stopped_early) {
    lines.push_back(fmt::format("Stopped early: {} evaluations without a better AP.",
                                progress.evaluations_without_gain));
  }
  std::copy_if(findings.begin(), findings.end(), std::back_inserter(lines),
               [](const std::string& finding) { return !finding.empty(); });
  if (progress.best_epoch > 0) {
    lines.push_back(fmt::format(
        "Best AP {:.3f} in epoch {}: {}\nNext: retinanet predict --model {} YOUR_PICTURES --out "
        "found",
        progress.best_ap, progress.best_epoch, folder.best_model().string(),
        folder.best_model().string()));
  }
  std::error_code ignored;  // without the page its name is of no use
  if (std::filesystem::is_regular_file(folder.report(), ignored)) {
    lines.push_back(fmt::format("The run as a page, for a browser: {}", folder.report().string()));
  }
  return lines;
}

RunState evaluated_state(const EvaluationEvent& event, int64_t iterations,
                         const AppConfig& config) {
  return {.iteration = event.iteration,
          .iterations = iterations,
          .epoch = event.epoch,
          .epochs = config.train.epochs,
          .best_ap = event.best_ap,
          .best_epoch = event.best_epoch,
          .has_ended = event.iteration >= iterations,
          .ending = {},
          .problem = {}};
}

RunState ended_state(const TrainResult& result, int64_t iterations, const AppConfig& config) {
  RunState state = state_of(result.progress, iterations, config);
  state.has_ended = result.stopped_early;
  state.ending = result.stopped ? "stopped" : "stopped early";
  return state;
}

RunState failed_state(const TrainingProgress& progress, const std::string& error,
                      int64_t iterations, const AppConfig& config) {
  RunState state = state_of(progress, iterations, config);
  state.ending = "ended by an error";
  state.problem = error;
  return state;
}

}  // namespace rn
