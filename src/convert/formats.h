#pragma once

#include <filesystem>
#include <optional>

#include "coco/coco_file.h"
#include "convert/class_list.h"
#include "convert/notes.h"
#include "convert/picture_files.h"
#include "convert/progress.h"
#include "convert/split.h"

namespace rn {

/// What a reader gets, whatever the format.
struct ReadOptions {
  std::filesystem::path annotations;  ///< file or folder
  std::filesystem::path images;       ///< folder of the pictures; empty if it isn't known
  std::optional<ClassList> classes;
  std::optional<Split> split;  ///< only these pictures
  PictureSize picture_size;
  ConvertProgress progress;
};

}  // namespace rn
