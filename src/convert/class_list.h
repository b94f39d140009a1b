#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/category.h"

namespace rn {

/// The classes of a data set as a file names them.
struct ClassList {
  std::string source;                ///< the file, for messages
  std::vector<Category> categories;  ///< by class index; names differ from one another

  /// @return the class index, or -1
  int64_t index_of(std::string_view name) const;
  /// " (did you mean ...?)", or nothing if no name is near.
  std::string hint(std::string_view name) const;
};

/// Reads a list of classes. Its ending says what the file is:
///  - .yaml, .yml: YOLO's data.yaml; `names` is a list, or a map from 0, 1, ... to names
///  - .csv: keras-retinanet's rows of name,index
///  - .json: a COCO file, whose categories are taken by ascending id, with their ids
///  - else names, one a line (classes.txt, obj.names)
/// But for COCO's, the ids are 1, 2, ...: class index k has id k + 1.
/// @throws Error naming file, line and remedy: no names, an empty one, one that occurs twice
ClassList read_class_list(const std::filesystem::path& path);

}  // namespace rn
