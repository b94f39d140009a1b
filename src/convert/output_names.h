#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coco/coco_file.h"

namespace rn {

/// The file of each picture's annotations: its name with another ending, "sub/a.jpg" to
/// "sub/a.xml".
/// @throws Error if two pictures would share a file, or a name leads out of the folder
std::vector<std::string> annotation_names(const CocoFile& file, const std::string& ending);

/// The folders that these files need, below `folder`.
/// @throws Error naming the path and the reason
void make_folders_of(const std::filesystem::path& folder, const std::vector<std::string>& names);

/// The annotations of each image, in the file's order.
std::vector<std::vector<const CocoAnnotation*>> annotations_by_image(const CocoFile& file);

/// The categories by ascending id, one a line: the list that goes with formats that know classes
/// by name or by index only.
std::string class_lines(const CocoFile& file);
std::vector<Category> by_ascending_id(const CocoFile& file);

/// @throws Error if a category has no name, one with a line break, or another's
void check_class_names(const CocoFile& file);

}  // namespace rn
