#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <string>

#include "model/state_dict.h"
#include "train/config.h"

namespace rn {

/// Exponential moving average of a model's parameters and buffers (Polyak averaging):
/// average += (value - average) (1 - d), with d = decay or, while that is smaller and warm_up is
/// on, (1 + t) / (10 + t) after t steps, as TensorFlow's ExponentialMovingAverage has it. Integer
/// buffers (batch norm's counters) are copied.
class Ema {
 public:
  /// Starts from the model's values. The model must be on its device already and outlive this.
  Ema(const EmaConfig& config, const torch::nn::Module& model);

  /// Takes in the values after a step. @param steps optimizer steps done, this one included
  void update(int64_t steps);

  /// By the model's names.
  const StateDict& averages() const { return averages_; }

  /// Goes on from saved averages. @param source names them in errors
  /// @throws Error if the names or shapes aren't the model's; nothing changes then
  void load(const StateDict& averages, const std::string& source);

 private:
  friend class EmaScope;
  void swap();

  EmaConfig config_;
  StateDict values_;  ///< shares memory with the model
  StateDict averages_;
};

/// While it lives, the model has the averages and the averages' place holds the model's values.
class EmaScope {
 public:
  /// @param ema nullptr: nothing happens
  explicit EmaScope(Ema* ema) : ema_(ema) {
    if (ema_ != nullptr) ema_->swap();
  }
  ~EmaScope() {
    if (ema_ != nullptr) ema_->swap();
  }
  EmaScope(const EmaScope&) = delete;
  EmaScope& operator=(const EmaScope&) = delete;

 private:
  Ema* ema_;
};

}  // namespace rn
