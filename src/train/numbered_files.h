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

/// The steps of the folder's checkpoints of this kind, the newest first.
std::vector<int64_t> numbered_checkpoints(const std::filesystem::path& folder,
                                          std::string_view start);

/// Gives a file a second name, in place of what has that name: a hard link or, where there are
/// none, a copy. There is a whole file of that name at every moment if there was one before.
/// @throws Error naming both and the reason
void name_twice(const std::filesystem::path& path, const std::filesystem::path& second);

}  // namespace rn
