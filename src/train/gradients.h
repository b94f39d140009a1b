#pragma once

#include <torch/types.h>

#include <vector>

#include "model/parameters.h"

namespace rn {

/// The 2-norm of the gradients of all parameters as one vector; parameters without a gradient don't
/// count. No wait for the device: the number stays there.
/// @return scalar float32, on the gradients' device; not finite if any gradient isn't
torch::Tensor gradient_norm(const std::vector<TrainableParameter>& parameters);

/// The factor that makes a gradient of norm `norm` no longer than `max_norm`:
/// min(1, max_norm / (norm + 1e-6)), as torch::nn::utils::clip_grad_norm_ has it.
/// @param norm scalar @param max_norm 0: no limit @return scalar like `norm`
torch::Tensor clip_factor(const torch::Tensor& norm, double max_norm);

/// Forgets the gradients; the next backward pass makes them anew.
void clear_gradients(const std::vector<TrainableParameter>& parameters);

}  // namespace rn
