#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace rn {

/// The START of those that train.checkpoint.keep_last keeps.
inline constexpr std::string_view kStepCheckpoint = "step";

/// Checkpoints named by their step: START-NNNNNN.ckpt.
std::filesystem::path numbered_checkpoint(const std::filesystem::path& folder,
                                          std::string_view start, int64_t iteration);

/// Whether a file's name is one of them, whatever its START.
bool is_numbered_checkpoint(std::string_view name);

/// The steps of the folder's checkpoints of this kind, the newest first.
std::vector<int64_t> numbered_checkpoints(const std::filesystem::path& folder,
                                          std::string_view start);

}  // namespace rn
