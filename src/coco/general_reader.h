#pragma once

#include <filesystem>
#include <vector>

#include "coco/coco_file.h"

namespace rn {

/// The readers of coco_file.h without their shortcut: they take every spelling, from pipes, too,
/// and know each error's text. The whole file is in memory, and an index of it.
CocoFile read_any_coco_file(const std::filesystem::path& path);
std::vector<CocoResult> read_any_coco_results(const std::filesystem::path& path);

}  // namespace rn
