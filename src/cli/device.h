#pragma once

#include <torch/types.h>

#include <string>

#include "core/precision.h"

namespace rn {

/// The device that a command works on. On the CPU its tensors are limited to the memory that there
/// is (tensor_memory.h), so that a command that needs too much ends with an error.
/// @param name "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N"
/// @throws Error if the name is none of these, or why CUDA can't be had
torch::Device open_device(const std::string& name);

/// @param name the value of --precision: fp32, bf16 or fp16
/// @throws Error with the names that there are
Precision parse_precision(const std::string& name);

/// "cpu, 2 threads, amx_bf16" or "cuda:0"
std::string device_text(torch::Device device);

}  // namespace rn
