#include "report/run_log.h"

#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/run_files.h"

namespace rn {

RunLog::RunLog(const std::filesystem::path& folder, int64_t iteration, bool evaluation_due,
               OnProblem on_problem, MetricLog::Clock clock)
    : metrics_path_(folder / kMetricsName),
      clock_(std::move(clock)),
      on_problem_(std::move(on_problem)),
      metrics_(MetricLog::resume(metrics_path_, iteration, evaluation_due, clock_)),
      events_(folder, iteration, clock_) {}

void RunLog::tell(const std::string& problem) const {
  if (!problem.empty()) on_problem_(problem);
}

void RunLog::add(const StepEvent& event) {
  tell(metrics_->add(event));
  tell(events_.add(event));
}

void RunLog::add(const EvaluationEvent& event) {
  tell(metrics_->add(event));
  tell(events_.add(event));
  if (event.loss_profile) add(*event.loss_profile);
}

void RunLog::add(const LossProfileEvent& event) {
  tell(metrics_->add(event));
  if (!event.at_start) tell(events_.add(event));
}

void RunLog::add_image(std::string_view tag, int64_t iteration, const EncodedPicture& picture) {
  tell(events_.add_image(tag, iteration, picture));
}

/// A run that was killed before it had saved going back goes back once more: halving the rate each
/// time, no two of one run are the same.
bool RunLog::is_told(const RollbackEvent& event) const {
  const std::string text = read_file(metrics_path_);
  if (text.empty()) return false;
  const size_t before = text.size() < 2 ? std::string::npos : text.rfind('\n', text.size() - 2);
  const Json last = parse_json(text.substr(before == std::string::npos ? 0 : before + 1));
  return last.is_object() && last.value("kind", Json()) == "rollback" &&
         last.value("from_iteration", Json()) == event.iteration &&
         last.value("rate_factor", Json()) == event.rate_factor;
}

void RunLog::add(const RollbackEvent& event) {
  try {
    metrics_.emplace(
        MetricLog::resume(metrics_path_, event.to_iteration, event.evaluation_due, clock_));
    if (!event.gives_up && !is_told(event)) tell(metrics_->add(event));
  } catch (const Error& e) {
    tell(e.what());
  }
  tell(events_.go_back(event.to_iteration));
}

}  // namespace rn
