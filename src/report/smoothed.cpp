#include "report/smoothed.h"

#include <algorithm>
#include <cmath>

namespace rn {
namespace {

constexpr double kMemorySeconds = 30;
constexpr double kMemorySteps = 20;

}  // namespace

void SmoothedRate::add(double seconds, double items, double waiting_seconds) {
  if (!(seconds > 0) || !std::isfinite(seconds)) return;
  ++added_;
  const double faded = std::exp(-std::min(seconds / kMemorySeconds, 1 / kMemorySteps));
  const double keep = added_ == 2 ? 0 : faded;
  steps_ = keep * steps_ + 1;
  seconds_ = keep * seconds_ + seconds;
  items_ = keep * items_ + items;
  waiting_ = keep * waiting_ + std::clamp(waiting_seconds, 0.0, seconds);
}

void SmoothedValue::add(double value) {
  last_ = value;
  if (!std::isfinite(value)) return;
  const double keep = std::exp(-1 / kMemorySteps);
  sum_ = keep * sum_ + value;
  weight_ = keep * weight_ + 1;
}

double SmoothedValue::value() const {
  return std::isfinite(last_) && weight_ > 0 ? sum_ / weight_ : last_;
}

}  // namespace rn
