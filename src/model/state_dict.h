#pragma once

#include <torch/nn/module.h>

#include <map>
#include <string>
#include <vector>

namespace rn {

/// Parameters and buffers by name.
using StateDict = std::map<std::string, torch::Tensor>;

/// Shares memory with the module.
StateDict state_dict(const torch::nn::Module& module);

/// Copies `values` into the module; its dtypes, devices and layouts stay. Strict: the names and
/// shapes must be the module's, numbers mustn't change kind (float, integer, bool). Nothing is
/// copied if anything is wrong.
/// @param source names the values in errors @param remedy ends the error's text
/// @throws Error listing what is missing, unexpected and mis-shaped
void load_state_dict(torch::nn::Module& module, const StateDict& values, const std::string& source,
                     const std::string& remedy);

/// What a partial loading did, by name.
struct PartialLoad {
  std::vector<std::string> loaded;
  std::vector<std::string> skipped;  ///< of the values: unknown, or of another shape or kind
  std::vector<std::string> initial;  ///< of the module: they keep the values they had
};

/// Copies those of `values` whose name and shape the module has; the others are skipped.
PartialLoad load_matching(torch::nn::Module& module, const StateDict& values);

}  // namespace rn
