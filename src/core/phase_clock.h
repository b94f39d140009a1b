#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <numeric>
#include <utility>

namespace rn {

/// Divides a stretch of time among the phases of a piece of work: nothing between start() and the
/// last lap() is left out or counted twice, so the phases add up to the whole. Work that can be
/// timed has a pointer to a clock and calls lap() where a phase ends; without a clock that is one
/// comparison.
/// @tparam Phase an enum that counts from 0 and ends with kCount
template <class Phase>
class PhaseClock {
 public:
  static constexpr size_t kPhases = static_cast<size_t>(Phase::kCount);
  using Seconds = std::array<double, kPhases>;

  /// @param wait called before each look at the time: waits for a device that works on its own
  explicit PhaseClock(std::function<void()> wait = {}) : wait_(std::move(wait)) { start(); }

  /// Forgets what was measured and begins anew.
  void start() {
    seconds_ = {};
    last_ = now();
  }

  /// The time since the last lap, or the start, belongs to `phase`.
  void lap(Phase phase) {
    const TimePoint time = now();
    seconds_[static_cast<size_t>(phase)] += std::chrono::duration<double>(time - last_).count();
    last_ = time;
  }

  /// By phase, since start().
  const Seconds& seconds() const { return seconds_; }
  double total() const { return std::accumulate(seconds_.begin(), seconds_.end(), 0.0); }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  TimePoint now() const {
    if (wait_) wait_();
    return std::chrono::steady_clock::now();
  }

  std::function<void()> wait_;
  TimePoint last_;
  Seconds seconds_{};
};

}  // namespace rn
