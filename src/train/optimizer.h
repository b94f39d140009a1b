#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "model/parameters.h"
#include "model/state_dict.h"
#include "train/config.h"

namespace rn {

/// SGD or AdamW over a model's parameters. The results are those of torch::optim::SGD (momentum
/// without dampening) and torch::optim::AdamW to rounding; the state is a plain map of tensors, and
/// on the CPU a step is one pass over the memory.
///
/// Norms and biases aren't decayed unless the config says so. A parameter without a gradient is
/// left alone, its state too.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, std::vector<TrainableParameter> parameters);

  /// @param learning_rate of this step; see schedule.h
  /// @param gradient_scale scalar tensor that multiplies every gradient first (clipping, and the
  /// inverse of a loss scale); undefined: 1
  void step(double learning_rate, const torch::Tensor& gradient_scale = {});

  const std::vector<TrainableParameter>& parameters() const { return parameters_; }

  /// `<parameter>.momentum`, or `<parameter>.mean` and `.square`, which share memory with the
  /// optimizer; and `<parameter>.steps`.
  StateDict state() const;

  /// Goes on from a saved state.
  /// @param source names it in errors
  /// @throws Error if the names or shapes aren't those of this optimizer; nothing changes then
  void load_state(const StateDict& state, const std::string& source);

 private:
  struct Slot {
    double weight_decay = 0.0;
    int64_t steps = 0;
    torch::Tensor first;   ///< momentum, or the mean of the gradient; laid out as the parameter
    torch::Tensor second;  ///< AdamW: the mean of the squared gradient
  };
  struct Active;  ///< the parameters that have a gradient, side by side with gradient and state

  void step_plain(const Active& active, double learning_rate, double gradient_scale);
  void step_foreach(const Active& active, double learning_rate);

  OptimizerConfig config_;
  std::vector<TrainableParameter> parameters_;
  std::vector<Slot> slots_;
};

}  // namespace rn
