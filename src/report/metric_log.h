#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/run_events.h"
#include "report/append_file.h"

namespace rn {

/// Of EvaluationEvent::stats.
inline constexpr std::array<const char*, 12> kStatNames = {
    "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};

/// Seconds since 1970, UTC.
double unix_seconds();

/// metrics.jsonl: one JSON object a line, for each logged step, evaluation and loss profile.
///
///     {"kind":"step","time":..,"iteration":..,"epoch":..,"loss":..,"loss_cls":..,"loss_box":..,
///      "learning_rate":..,"grad_norm":..,"positives":..,"images":..,"images_per_second":..,
///      "step_seconds":..,"data_seconds":..}
///     {"kind":"evaluation","time":..,"iteration":..,"epoch":..,"AP":..,...,"ARl":..,
///      "seconds":..,"is_best":..,"best_ap":..,"best_epoch":..,
///      "per_category":[{"name":..,"AP":..},...]}
///
/// A step that was skipped also has "skipped":true. Before the first step and with each evaluation
/// there is what the classification loss is made of (LossProfileEvent):
///
///     {"kind":"loss_profile","time":..,"iteration":..,"epoch":..,"of":"training" or "validation",
///      "images":..,"easy_negatives_share":..,
///      "positives":{"samples":..,"loss":..,"loss_of_easiest":[..],"p_t":[..],"levels":[..]},
///      "negatives":{the same}}
///
/// A run that has gone back says so with the step that it goes on from, so that the line stays as
/// long as that step does:
///
///     {"kind":"rollback","time":..,"iteration":..,"from_iteration":..,"reason":..,
///      "rate_factor":..}
///
/// What isn't a finite number is null. Every line goes to the system at once, whole or not at all.
class MetricLog {
 public:
  using Clock = std::function<double()>;

  /// For a new run. @throws Error if the file can't be made or holds another run's numbers
  explicit MetricLog(const std::filesystem::path& path, Clock clock = unix_seconds);

  /// For a run that goes on after `iteration`: lines of later iterations, which will be done
  /// again, and a last line that was cut short are dropped; all others stay byte for byte.
  /// @param evaluation_due the evaluation of `iteration` itself will be done again, too
  /// @throws Error if the file can't be read or changed
  static MetricLog resume(const std::filesystem::path& path, int64_t iteration, bool evaluation_due,
                          Clock clock = unix_seconds);

  /// @return empty, or what went wrong (disk full); the run can go on
  [[nodiscard]] std::string add(const StepEvent& event);
  [[nodiscard]] std::string add(const EvaluationEvent& event);
  [[nodiscard]] std::string add(const LossProfileEvent& event);
  [[nodiscard]] std::string add(const RollbackEvent& event);

 private:
  struct Resumed {};
  MetricLog(Resumed, const std::filesystem::path& path, Clock clock);

  AppendFile file_;
  Clock clock_;
};

}  // namespace rn
