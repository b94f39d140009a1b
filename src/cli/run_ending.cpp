#include "cli/run_ending.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "core/text.h"

namespace rn {
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

std::vector<std::string> ended_before_lines(const TrainingProgress& progress,
                                            const RunFolder& folder) {
  TrainResult result;
  result.progress = progress;
  std::vector<std::string> lines = ending_lines(result, folder, {});
  lines.insert(lines.begin(),
               fmt::format("This run has ended already, after {}; with a larger train.epochs it "
                           "goes on.",
                           counted(progress.iteration, "step")));
  return lines;
}

RunState running_state(const TrainingProgress& progress, int64_t iterations,
                       const AppConfig& config) {
  const int64_t begun = progress.epoch + (progress.next_batch > 0 ? 1 : 0);
  RunState state;
  state.iteration = progress.iteration;
  state.iterations = iterations;
  state.epoch = std::min(begun, config.train.epochs);
  state.epochs = config.train.epochs;
  state.best_ap = progress.best_ap;
  state.best_epoch = progress.best_epoch;
  state.has_ended = progress.iteration >= iterations;
  return state;
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
  RunState state = running_state(result.progress, iterations, config);
  state.has_ended = result.stopped_early;
  state.ending = result.stopped ? "stopped" : "stopped early";
  return state;
}

RunState failed_state(const TrainingProgress& progress, const std::exception& error,
                      int64_t iterations, const AppConfig& config) {
  RunState state = running_state(progress, iterations, config);
  state.has_ended = false;
  state.ending = "ended by an error";
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  state.problem = of_torch != nullptr ? of_torch->what_without_backtrace() : error.what();
  return state;
}

}  // namespace rn
