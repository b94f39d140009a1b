#include "cli/lab_watch.h"

#include <fmt/format.h>

#include <fstream>

#include "core/error.h"
#include "report/run_history.h"
#include "report/units.h"

namespace rn {
namespace fs = std::filesystem;

std::string run_progress_text(const fs::path& metrics_jsonl, int64_t epochs) {
  RunHistory history;
  try {
    history = read_run_history(metrics_jsonl);
  } catch (const Error&) {  // not there yet
  }
  if (history.steps.empty()) return "";
  const StepEvent& step = history.steps.back();
  std::string text = fmt::format("epoch {}/{}, step {}, loss {}, {} img/s", step.epoch, epochs,
                                 step.iteration, loss_text(step.loss_cls + step.loss_box),
                                 rate_text(static_cast<double>(step.images) / step.step_seconds));
  if (!history.evaluations.empty()) {
    text += ", AP " + score_text(history.evaluations.back().stats[0]);
  }
  return text;
}

std::string last_error(const fs::path& output, std::streamoff begin) {
  constexpr std::string_view kError = "error: ";
  std::ifstream file(output);
  file.seekg(begin);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kError)) last = line.substr(kError.size());
  }
  return last;
}

std::string exit_text(int exit_code) {
  return exit_code > 128 ? fmt::format("ended by signal {}", exit_code - 128)
                         : fmt::format("ended with exit code {}", exit_code);
}

}  // namespace rn
