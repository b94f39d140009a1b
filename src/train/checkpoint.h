#pragma once

#include <filesystem>

#include "train/training_state.h"

namespace rn {

/// The file that holds the checkpoint before the one at `path`: `<path>.previous`.
std::filesystem::path previous_checkpoint(const std::filesystem::path& path);

/// Writes a checkpoint: a safetensors file with the tensors under `model/`, `ema/`, `optimizer/`
/// and `random/`, the rest in its metadata, and a CRC-32 of all of it. At every moment, even if the
/// machine stops, `path` is whole, old or new; the old one is kept as previous_checkpoint(path).
/// @throws Error naming the path and the reason (disk full); the file at `path` is untouched
void save_checkpoint(const std::filesystem::path& path, const TrainingState& state);

/// Reads a checkpoint and verifies it. If it is damaged or missing, the one before is read instead,
/// with a warning in the log, and the damaged file is renamed to `<path>.damaged`. Tensors are on
/// the CPU.
/// @throws Error naming the path and what is wrong if neither can be used
TrainingState load_checkpoint(const std::filesystem::path& path);

}  // namespace rn
