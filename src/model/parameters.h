#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <vector>

namespace rn {

/// A parameter that is trained, with what an optimizer wants to know of it.
struct TrainableParameter {
  std::string name;
  torch::Tensor tensor;  ///< shares its storage with the module
  bool is_norm = false;  ///< weight or bias of a normalisation layer
  bool is_bias = false;  ///< any bias, a norm's too
};

/// Every parameter that requires a gradient, in the order of registration.
std::vector<TrainableParameter> trainable_parameters(const torch::nn::Module& module);

/// Elements of all parameters, frozen ones included and buffers not: what torchvision counts.
int64_t count_parameters(const torch::nn::Module& module);

}  // namespace rn
