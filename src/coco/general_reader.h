#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "coco/coco_file.h"

namespace rn {

/// What files should be, for errors.
inline constexpr std::string_view kCocoFileName = "a COCO annotation file";
inline constexpr std::string_view kCocoResultsName = "a COCO results file";

/// The readers of coco_file.h without their shortcut: they take every spelling, from pipes, too,
/// and know each error's text. The whole file is in memory, and an index of it.
CocoFile read_any_coco_file(const std::filesystem::path& path);
std::vector<CocoResult> read_any_coco_results(const std::filesystem::path& path);

}  // namespace rn
