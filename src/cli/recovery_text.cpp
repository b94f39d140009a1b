#include "cli/recovery_text.h"

#include <fmt/format.h>

#include "core/text.h"

namespace rn {
namespace {

/// "1/4": factors are halves of halves.
std::string share_text(double factor) { return fmt::format("1/{:.0f}", 1.0 / factor); }

}  // namespace

std::string rollback_text(const RollbackEvent& event) {
  return fmt::format(
      "step {}: {}: going back to step {} ({}) with half the learning rate ({} of the config's)",
      event.iteration, event.reason, event.to_iteration, event.checkpoint,
      share_text(event.rate_factor));
}

std::string recovery_text(const TrainingProgress& progress) {
  std::string text;
  if (progress.skipped_steps > 0) {
    text = counted(progress.skipped_steps, "step") +
           " skipped, for a loss or gradient that was not finite";
  }
  if (progress.rollbacks > 0) {
    text += fmt::format(
        "{}the run went back {} to an earlier step, its learning rate is {} of the config's: a "
        "smaller train.optimizer.learning_rate from the start may do better",
        text.empty() ? "" : "; ", counted(progress.rollbacks, "time"),
        share_text(progress.rate_factor));
  }
  return text;
}

}  // namespace rn
