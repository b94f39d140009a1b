#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace rn {
namespace {

constexpr double kQuotedImages = 16.0;
constexpr int64_t kWarmupShare = 10;  // at most a tenth of the run

double warmup(const ScheduleConfig& config, int64_t iteration, const RunLength& length) {
  const int64_t steps = warmup_steps(config, length);
  if (iteration >= steps) return 1.0;
  const double done = static_cast<double>(iteration) / static_cast<double>(steps);
  return config.warmup_factor + (1.0 - config.warmup_factor) * done;
}

double decay(const ScheduleConfig& config, int64_t iteration, const RunLength& length) {
  const double done = static_cast<double>(iteration) / static_cast<double>(length.iterations);
  const double epochs =
      static_cast<double>(iteration) / static_cast<double>(length.iterations_per_epoch);
  const double span = 1.0 - config.final_factor;
  switch (config.kind) {
    case ScheduleKind::kConstant:
      return 1.0;
    case ScheduleKind::kMultiStep: {
      const auto passed = std::count_if(config.milestones.begin(), config.milestones.end(),
                                        [&](double milestone) { return epochs >= milestone; });
      return std::pow(config.gamma, static_cast<double>(passed));
    }
    case ScheduleKind::kCosine:
      return config.final_factor + span * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
    case ScheduleKind::kPoly:
      return config.final_factor + span * std::pow(1.0 - done, config.power);
  }
  RN_CHECK(false, "schedule kind {}", static_cast<int>(config.kind));
  return 0.0;
}

}  // namespace

int64_t warmup_steps(const ScheduleConfig& config, const RunLength& length) {
  return std::min(config.warmup_iterations, length.iterations / kWarmupShare);
}

double learning_rate_factor(const ScheduleConfig& config, int64_t iteration,
                            const RunLength& length) {
  RN_CHECK(iteration >= 0 && iteration < length.iterations && length.iterations_per_epoch > 0,
           "iteration {} of {}, {} per epoch", iteration, length.iterations,
           length.iterations_per_epoch);
  return warmup(config, iteration, length) * decay(config, iteration, length);
}

double base_learning_rate(const OptimizerConfig& config, int64_t images_per_step) {
  if (!config.scale_learning_rate) return config.learning_rate;
  return config.learning_rate * static_cast<double>(images_per_step) / kQuotedImages;
}

}  // namespace rn
