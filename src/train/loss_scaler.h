#pragma once

#include <cstdint>

namespace rn {

/// Dynamic loss scaling for fp16 (Micikevicius et al. 2018, section 3.2): losses are multiplied so
/// that small gradients don't vanish. A step whose gradient overflows is left out and halves the
/// scale; 2000 good steps in a row double it (torch.cuda.amp.GradScaler's numbers).
class LossScaler {
 public:
  struct State {
    double scale = 65536.0;
    int64_t good_steps = 0;
  };

  /// @param enabled false: the scale is 1 and every step is taken
  explicit LossScaler(bool enabled) : enabled_(enabled) {}

  bool enabled() const { return enabled_; }
  double scale() const { return enabled_ ? state_.scale : 1.0; }

  /// So many overflows in a row that the scale can't be their reason.
  bool exhausted() const { return enabled_ && state_.scale < kLeastScale; }

  /// @param finite whether the step's gradient is
  void update(bool finite) {
    if (!enabled_) return;
    if (!finite) {
      state_ = {state_.scale * 0.5, 0};
    } else if (++state_.good_steps == kGrowthInterval) {
      state_ = {state_.scale * 2.0, 0};
    }
  }

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  static constexpr int64_t kGrowthInterval = 2000;
  static constexpr double kLeastScale = 1.0 / 1024.0;  // 26 halvings of the first one
  bool enabled_;
  State state_;
};

}  // namespace rn
