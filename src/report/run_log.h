#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/run_events.h"
#include "report/event_file.h"
#include "report/metric_log.h"

namespace rn {

/// The numbers of a run in its folder: metrics.jsonl for programs, an event file for TensorBoard.
/// What goes wrong with one of them (disk full) is told, harms neither the other nor the run, and
/// may be told again with each event.
class RunLog {
 public:
  using OnProblem = std::function<void(const std::string&)>;

  /// For a run that goes on after `iteration` optimizer steps; 0: a new one. See MetricLog::resume.
  /// @throws Error if the earlier numbers can't be read or changed
  RunLog(const std::filesystem::path& folder, int64_t iteration, bool evaluation_due,
         OnProblem on_problem, MetricLog::Clock clock = unix_seconds);

  void add(const StepEvent& event);
  /// With its loss profile, if there is one.
  void add(const EvaluationEvent& event);
  void add(const LossProfileEvent& event);
  void add_image(std::string_view tag, int64_t iteration, const EncodedPicture& picture);
  void add(const RollbackEvent& event);

 private:
  void tell(const std::string& problem) const;
  bool is_told(const RollbackEvent& event) const;

  std::filesystem::path metrics_path_;
  MetricLog::Clock clock_;
  OnProblem on_problem_;
  std::optional<MetricLog> metrics_;
  EventFile events_;
};

}  // namespace rn
