#pragma once

#include <cstdint>

namespace rn {

/// How fast something goes now: a mean over the last ~30 seconds or ~20 steps, whichever is longer.
/// From few steps it is their plain mean. The first one is left out as soon as there is another:
/// it pays for warming up (memory, kernels, caches).
class SmoothedRate {
 public:
  void add(double seconds, double items, double waiting_seconds = 0);
  bool known() const { return seconds_ > 0; }
  double items_per_second() const { return known() ? items_ / seconds_ : 0; }
  double seconds_per_step() const { return steps_ > 0 ? seconds_ / steps_ : 0; }
  /// Share of the time spent waiting, 0..1.
  double waiting_share() const { return known() ? waiting_ / seconds_ : 0; }

 private:
  int64_t added_ = 0;
  double steps_ = 0;
  double seconds_ = 0;
  double items_ = 0;
  double waiting_ = 0;
};

/// Exponential mean over the last ~20 values without a bias at the start. A value that isn't finite
/// is shown until the next one and then forgotten.
class SmoothedValue {
 public:
  void add(double value);
  double value() const;

 private:
  double last_ = 0;
  double sum_ = 0;
  double weight_ = 0;
};

}  // namespace rn
