#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "model/state_dict.h"

namespace rn {

/// Of a tensor in a file; a weight has four at most.
inline constexpr size_t kMaxDimensions = 64;

/// What a file of weights holds.
struct WeightFile {
  StateDict tensors;                         ///< contiguous, on the CPU, owning their memory
  std::map<std::string, std::string> texts;  ///< metadata; detectron2's "__author__"
};

/// Reads a weight file of any kind: `.safetensors` by its ending, else what PyTorch or detectron2
/// wrote (see read_torch_file).
/// @throws Error naming the path and what is wrong
WeightFile read_weights(const std::filesystem::path& path);

}  // namespace rn
