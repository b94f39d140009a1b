#include "convert/coco_set.h"

#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "convert/boxes.h"
#include "convert/plain_text.h"
#include "core/error.h"

namespace rn {
namespace {

void check_images(const CocoFile& file, const std::string& source) {
  std::unordered_set<int64_t> ids;
  for (const CocoImage& image : file.images) {
    if (!ids.insert(image.id).second) {
      fail("{}: image {} is there twice; ids must differ", source, image.id);
    }
    if (image.file_name.empty()) fail("{}: image {} has no file_name", source, image.id);
  }
  if (ids.empty()) fail("{}: has no pictures; nothing can be converted", source);
}

void take_split(CocoFile& file, Split split, const std::string& source) {
  std::erase_if(file.images, [&](const CocoImage& image) { return !split.takes(image.file_name); });
  split.check_all_met(source);
}

/// @return the new id of each of the file's categories
std::unordered_map<int64_t, int64_t> new_category_ids(const CocoFile& file,
                                                      const std::optional<ClassList>& classes,
                                                      const std::string& source) {
  std::unordered_map<int64_t, int64_t> ids;
  for (const Category& category : file.categories) {
    int64_t id = category.id;
    if (classes) {
      const int64_t index = classes->index_of(category.name);
      if (index < 0) {
        fail("{}: category {}: its name {} isn't in {}{}; add it there", source, category.id,
             in_quotes(category.name), classes->source, classes->hint(category.name));
      }
      id = classes->categories[static_cast<size_t>(index)].id;
    }
    if (!ids.emplace(category.id, id).second) {
      fail("{}: category {} is there twice; ids must differ", source, category.id);
    }
  }
  return ids;
}

/// Why no object of the new set can be made of it, or an empty text.
std::string annotation_fault(const CocoAnnotation& annotation) {
  return annotation.bbox ? box_fault(*annotation.bbox) : "is absent";
}

/// Annotations that have areas of their own were drawn as outlines.
bool has_outline(const CocoAnnotation& annotation) {
  const double area = (*annotation.bbox)[2] * (*annotation.bbox)[3];
  return annotation.area && std::abs(*annotation.area - area) > 1e-3 * area;
}

void check_annotations(CocoFile& file, const std::optional<ClassList>& classes, bool is_split,
                       const std::string& source, ConvertNotes& notes) {
  const auto category_ids = new_category_ids(file, classes, source);
  std::unordered_set<int64_t> images;
  for (const CocoImage& image : file.images) images.insert(image.id);
  int64_t outlines = 0;
  std::erase_if(file.annotations, [&](CocoAnnotation& annotation) {
    if (!images.contains(annotation.image_id)) {
      if (is_split) return true;
      fail(
          "{}: annotation {}: its image_id {} is no image of the file; correct it, or take the "
          "annotation out",
          source, annotation.id, annotation.image_id);
    }
    const auto category = category_ids.find(annotation.category_id);
    if (category == category_ids.end()) {
      fail(
          "{}: annotation {}: its category_id {} is no category of the file; correct it, or add "
          "the category",
          source, annotation.id, annotation.category_id);
    }
    annotation.category_id = category->second;
    const std::string fault = annotation_fault(annotation);
    if (fault.empty()) {
      outlines += has_outline(annotation);
      return false;
    }
    notes.warn("boxes that can't be, left out",
               fmt::format("{}: image {} annotation {}: the box {}", source, annotation.image_id,
                           annotation.id, fault));
    return true;
  });
  notes.note("objects whose area is not their box's: the new format has no areas and no outlines",
             outlines);
}

}  // namespace

CocoFile read_coco_set(const ReadOptions& options, ConvertNotes& notes) {
  const std::string source = options.annotations.string();
  CocoFile file = read_coco_file(options.annotations);
  check_images(file, source);
  if (options.split) take_split(file, *options.split, source);
  check_annotations(file, options.classes, options.split.has_value(), source, notes);
  if (options.classes) file.categories = options.classes->categories;
  if (file.categories.empty())
    fail("{}: has no categories; add them, for objects need them", source);
  return file;
}

}  // namespace rn
