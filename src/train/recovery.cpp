#include "train/recovery.h"

#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/text.h"
#include "train/divergence.h"

namespace rn {

std::string reason_to_go_back(const TrainingProgress& progress, const TrainConfig& config) {
  if (progress.bad_steps >= config.max_bad_steps) {
    return fmt::format("{} in a row without a finite loss and gradient",
                       counted(progress.bad_steps, "step"));
  }
  if (progress.bad_steps > 0) return {};
  if (const auto found = find_divergence(progress.losses)) {
    return fmt::format("the loss, {:.4g} in the median of the last {} steps, is {:.3g} times {}",
                       found->recent, found->steps, found->recent / found->before,
                       found->since_start ? "that of the first steps" : "that of those before");
  }
  return {};
}

TrainingProgress progress_after_going_back(TrainingProgress good, const TrainingProgress& present) {
  const bool same_best = good.best_epoch == present.best_epoch && good.best_ap == present.best_ap;
  if (!same_best) good.evaluations_without_gain = 0;
  good.best_ap = present.best_ap;
  good.best_epoch = present.best_epoch;
  good.skipped_steps = present.skipped_steps;
  good.rollbacks = present.rollbacks + 1;
  good.rate_factor = present.rate_factor / 2.0;
  good.bad_steps = 0;
  good.losses = {};
  return good;
}

std::string divergence_remedy(const TrainConfig& config, Precision precision,
                              const TrainingProgress& progress, double learning_rate,
                              const std::string& bad_batches) {
  std::string rate = fmt::format("{:.3g}", learning_rate);
  if (progress.rate_factor < 1.0) {
    rate += fmt::format(", 1/{:.0f} of the schedule's", 1.0 / progress.rate_factor);
  }
  std::vector<std::string> advice = {
      fmt::format("lower train.optimizer.learning_rate ({:.3g}; the last step's was {})",
                  config.optimizer.learning_rate, rate)};
  if (config.clip_norm == 0.0) {
    advice.push_back("set train.clip_norm (0, no limit; 10 is usual)");
  } else if (config.clip_norm > 1.0) {
    advice.push_back(fmt::format("lower train.clip_norm ({:g})", config.clip_norm));
  }
  if (config.schedule.warmup_iterations < 1000) {
    advice.push_back(fmt::format("raise train.schedule.warmup_iterations ({}; 1000 is usual)",
                                 config.schedule.warmup_iterations));
  }
  if (precision != Precision::kFp32) {
    advice.push_back(fmt::format("use precision fp32 ({})", enum_name(precision)));
  }
  advice.push_back("look for labels that can't be right with `retinanet data check CONFIG`");
  if (progress.skipped_steps > 0) {
    advice.push_back(fmt::format("look at the batches of skipped steps in {}", bad_batches));
  }
  std::string text;
  for (const std::string& line : advice) text += "\n- " + line;
  return text;
}

}  // namespace rn
