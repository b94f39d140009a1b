#pragma once

#include <filesystem>

#include "coco/coco_file.h"

namespace rn {

/// Writes an annotation file as Python's json module would, but with each record on a line of its
/// own, so that two files can be compared by lines. Reading it gives the same records: numbers
/// come back to the bit. A size of 0 is left out, as is a box, an area or a crowd flag that isn't
/// there. Replaces what is there whole or not at all.
/// @throws Error naming the path and the reason
void write_coco_file(const std::filesystem::path& path, const CocoFile& file);

}  // namespace rn
