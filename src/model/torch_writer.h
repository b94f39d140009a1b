#pragma once

#include <filesystem>
#include <string>

#include "model/state_dict.h"

namespace rn {

/// The bytes of a file that `torch.load(path, weights_only=True)` reads as a dict of tensors, in
/// the order of the names: PyTorch's zip format. The data is row-major whatever a tensor's layout
/// or device.
std::string serialize_torch_file(const StateDict& tensors);

/// Atomic: see write_file_atomically. @throws Error naming the path; the old file is untouched
void write_torch_file(const std::filesystem::path& path, const StateDict& tensors);

}  // namespace rn
