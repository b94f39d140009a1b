#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "core/precision.h"

namespace rn {

/// @param name "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N"
/// @throws Error if the name is none of these, or why CUDA can't be had
torch::Device resolve_device(const std::string& name);

/// @param name the value of --precision: fp32, bf16 or fp16
/// @throws Error with the names that there are
Precision parse_precision(const std::string& name);

/// The vector instruction sets of this processor that matter here, best first, as the system names
/// them ("amx_bf16", "avx512_bf16", "avx512f", "avx2"); empty where the system doesn't say.
std::vector<std::string> instruction_sets();

/// "cpu, 2 threads, amx_bf16" or "cuda:0"
std::string device_text(torch::Device device);

}  // namespace rn
