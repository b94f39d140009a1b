#pragma once

#include "convert/formats.h"

namespace rn {

/// Reads a COCO file to write it in another format. With a list of classes, its order and ids take
/// the place of the file's.
/// @throws Error naming the record: an id twice, an annotation of an unknown image or category, an
/// image without a name, a category that isn't in the list
CocoFile read_coco_set(const ReadOptions& options, ConvertNotes& notes);

}  // namespace rn
