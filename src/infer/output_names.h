#pragma once

#include <filesystem>
#include <vector>

#include "infer/inputs.h"

namespace rn {

/// Where the drawing of each input goes: inside the folder, named after its input, distinct even on
/// file systems that ignore case. Pictures come with their ending, videos without.
/// @throws Error if one of them is an input, or exists in a folder that no earlier run made
std::vector<std::filesystem::path> plan_outputs(const std::vector<Input>& inputs,
                                                const std::filesystem::path& folder);

/// Drawings of an earlier run that these will replace.
int64_t count_existing(const std::vector<std::filesystem::path>& planned);

/// In that folder, and the sign that a run made it.
std::filesystem::path detections_json(const std::filesystem::path& folder);

}  // namespace rn
