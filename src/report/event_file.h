#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/run_events.h"
#include "report/append_file.h"
#include "report/metric_log.h"

namespace rn {

/// A picture as it stands in a file.
struct EncodedPicture {
  std::string_view bytes;  ///< PNG or JPEG, RGB
  int width = 0;           ///< pixels
  int height = 0;
};

/// events.out.tfevents.SECONDS.HOST.PID: what a run tells TensorBoard. Scalars, at the iteration:
///
///     loss/{total,cls,box}  train/{learning_rate,grad_norm,positives}
///     speed/{images_per_second,step_seconds,data_wait_share}
///     eval/{AP,AP50,AP75,APs,APm,APl,AR1,AR10,AR100,ARs,ARm,ARl,seconds}  eval_class/NAME
///     eval/easy_negatives_share
///
/// They are those of metrics.jsonl as 32-bit floats, but for the -1 of an AP or AR without objects:
/// it is no value, so there is none. data_wait_share is of the step's time.
///
/// Each process has a file of its own, and TensorBoard reads a run's files in the order of their
/// names. Where a process begins, and where a run goes back, an event makes it drop what it has
/// read of that step and later ones.
///
/// The file is made with its first event. Every event goes to the system at once, whole or not at
/// all.
class EventFile {
 public:
  /// @param folder of the run
  /// @param done optimizer steps done before this process
  EventFile(std::filesystem::path folder, int64_t done, MetricLog::Clock clock = unix_seconds);

  /// @return empty, or what went wrong (disk full); the run can go on, and the next event is tried
  /// again
  [[nodiscard]] std::string add(const StepEvent& event);
  [[nodiscard]] std::string add(const EvaluationEvent& event);
  [[nodiscard]] std::string add(const LossProfileEvent& event);
  /// @param tag what it shows, the same at each iteration: "val/12.jpg"
  [[nodiscard]] std::string add_image(std::string_view tag, int64_t iteration,
                                      const EncodedPicture& picture);
  /// What was told of steps after `iteration` is no longer true. (An evaluation after `iteration`
  /// itself stays: made again, it has the same numbers.)
  [[nodiscard]] std::string go_back(int64_t iteration);

 private:
  /// Behind what is owed to the file.
  std::string write(std::string_view record);

  std::filesystem::path folder_;
  MetricLog::Clock clock_;
  std::string owed_;  ///< records without which later ones would mislead
  std::optional<AppendFile> file_;
};

}  // namespace rn
