#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "coco/coco_file.h"
#include "convert/boxes.h"
#include "convert/class_list.h"
#include "core/image_size.h"

namespace rn {

/// Makes a COCO file of pictures and objects that a format gives in its own order.
///  - Classes are those of the list or, without one, those that are met, by name, with ids from 1.
///  - A picture's id is the number that is its name, as in COCO's own sets, if all names are
///    numbers that differ; else pictures count from 1.
///  - Annotations count from 1.
class SetBuilder {
 public:
  /// What only a message asks for.
  using Place = std::function<std::string()>;

  /// Both must outlive it. @param classes may be null
  SetBuilder(const ClassList* classes, ConvertNotes& notes) : classes_(classes), notes_(notes) {}

  /// @param size 0x0 if it isn't known @param source the file that describes it
  /// @throws Error if the picture was added before
  void add_picture(const std::string& file_name, ImageSize size, const std::string& source);

  /// Of the picture added last. One whose box can't be is noted and left out.
  /// @throws Error if the class isn't in the list
  void add_object(const std::string& name, const CocoBox& box, bool is_crowd, const Place& place);

  /// @throws Error naming `source` if there is no picture, or no class
  CocoFile finish(const std::string& source) &&;

 private:
  int64_t class_index(const std::string& name, const Place& place);
  void sort_classes();

  const ClassList* classes_;
  ConvertNotes& notes_;
  CocoFile file_;  ///< image_id and category_id are positions until finish
  std::unordered_map<std::string, int64_t> class_indices_;
  std::unordered_map<std::string, std::string> picture_sources_;
};

}  // namespace rn
