#include "cli/data_wait.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/memory.h"

namespace rn {
namespace {

constexpr double kMuchWaiting = 0.2;  // of the time; the live line shows it red from there, too
constexpr double kShortEpoch = 5;     // seconds: the first pictures are always waited for

}  // namespace

DataWait::DataWait(const DataConfig& config, const Dataset& dataset, int64_t cores)
    : config_(config), cores_(cores) {
  double bytes = 0;
  for (const LabelledImage& image : dataset.images()) {
    bytes += 3.0 * static_cast<double>(image.size.width) * static_cast<double>(image.size.height);
  }
  decoded_mb_ = static_cast<int64_t>(bytes / (1 << 20)) + 1;
}

std::string DataWait::add(const StepEvent& event) {
  seconds_ += event.step_seconds;
  waiting_ += event.data_seconds;
  if (event.step_in_epoch < event.steps_per_epoch) return {};
  const double seconds = std::exchange(seconds_, 0);
  const double share = std::exchange(waiting_, 0) / seconds;
  if (is_told_ || seconds < kShortEpoch || !(share > kMuchWaiting)) return {};
  is_told_ = true;
  return fmt::format("{:.0f} % of epoch {} went by waiting for pictures: {}", 100 * share,
                     event.epoch, remedy());
}

std::string DataWait::remedy() const {
  if (config_.workers < cores_) {
    return fmt::format("set data.workers={} (now {}) and go on with --resume", cores_,
                       config_.workers);
  }
  const int64_t free_mb = available_memory().value_or(std::numeric_limits<int64_t>::max()) >> 20;
  if (config_.cache_mb < decoded_mb_ && decoded_mb_ < free_mb / 2) {
    return fmt::format(
        "data.cache_mb={} would keep them all decoded in memory (now {}); otherwise "
        "smaller files, or a faster disk",
        decoded_mb_, config_.cache_mb);
  }
  return "reading, decoding and resizing them takes longer than the step: smaller files, more "
         "cores or a faster disk would help";
}

}  // namespace rn
