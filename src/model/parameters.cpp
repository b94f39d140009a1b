#include "model/parameters.h"

#include "model/norm.h"

namespace rn {

std::vector<TrainableParameter> trainable_parameters(const torch::nn::Module& module) {
  std::vector<TrainableParameter> found;
  for (const auto& owner : module.named_modules()) {
    const bool is_norm = owner.value()->as<ChannelNorm>() != nullptr;
    for (const auto& parameter : owner.value()->named_parameters(/*recurse=*/false)) {
      if (!parameter.value().requires_grad()) continue;
      const std::string prefix = owner.key().empty() ? "" : owner.key() + ".";
      found.push_back(
          {prefix + parameter.key(), parameter.value(), is_norm, parameter.key() == "bias"});
    }
  }
  return found;
}

int64_t count_parameters(const torch::nn::Module& module) {
  int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

}  // namespace rn
