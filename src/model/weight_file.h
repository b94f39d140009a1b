#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace rn {

/// The tensors of a weight file of any kind: `.safetensors` by its ending, else what PyTorch or
/// detectron2 wrote (see read_torch_file).
/// @throws Error naming the path and what is wrong
std::map<std::string, torch::Tensor> read_weights(const std::filesystem::path& path);

}  // namespace rn
