#include <atomic>
#include <cmath>
#include <pugixml.hpp>
#include <sstream>
#include <unordered_map>

#include "convert/boxes.h"
#include "convert/output_names.h"
#include "convert/voc.h"
#include "core/files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

void add_value(pugi::xml_node& parent, const char* name, int64_t value) {
  parent.append_child(name).text().set(static_cast<long long>(value));
}

/// xmin and xmax of a side: whole pixels from 1, both in the box.
std::array<int64_t, 2> whole_pixels(double start, double length, int64_t most) {
  const int64_t last = std::clamp<int64_t>(std::llround(start + length), 1, most);
  const int64_t first = std::clamp<int64_t>(std::llround(start) + 1, 1, last);
  return {first, last};
}

/// @return whether the box is the same still
bool add_box(pugi::xml_node& object, const CocoBox& box, const CocoImage& image) {
  const auto [xmin, xmax] = whole_pixels(box[0], box[2], image.width);
  const auto [ymin, ymax] = whole_pixels(box[1], box[3], image.height);
  pugi::xml_node node = object.append_child("bndbox");
  add_value(node, "xmin", xmin);
  add_value(node, "ymin", ymin);
  add_value(node, "xmax", xmax);
  add_value(node, "ymax", ymax);
  const CocoBox written = {static_cast<double>(xmin - 1), static_cast<double>(ymin - 1),
                           static_cast<double>(xmax - xmin + 1),
                           static_cast<double>(ymax - ymin + 1)};
  return written == box;
}

std::string voc_text(const CocoImage& image, const std::vector<const CocoAnnotation*>& objects,
                     const std::unordered_map<int64_t, std::string>& names,
                     std::atomic<int64_t>& moved) {
  pugi::xml_document document;
  pugi::xml_node annotation = document.append_child("annotation");
  annotation.append_child("filename").text().set(image.file_name.c_str());
  pugi::xml_node size = annotation.append_child("size");
  add_value(size, "width", image.width);
  add_value(size, "height", image.height);
  add_value(size, "depth", 3);  // as pictures are read
  add_value(annotation, "segmented", 0);
  for (const CocoAnnotation* object : objects) {
    pugi::xml_node node = annotation.append_child("object");
    node.append_child("name").text().set(names.at(object->category_id).c_str());
    node.append_child("pose").text().set("Unspecified");
    add_value(node, "truncated", 0);
    add_value(node, "difficult", object->iscrowd.value_or(false) ? 1 : 0);
    moved += !add_box(node, *object->bbox, image);
  }
  std::ostringstream text;
  document.save(text, "\t", pugi::format_indent | pugi::format_no_declaration);
  return text.str();
}

}  // namespace

void write_voc(const fs::path& folder, const CocoFile& file, ConvertNotes& notes,
               const ConvertProgress& progress) {
  const std::vector<std::string> paths = annotation_names(file, ".xml");
  const auto objects = annotations_by_image(file);
  std::unordered_map<int64_t, std::string> names;
  for (const Category& category : file.categories) names.emplace(category.id, category.name);
  std::atomic<int64_t> moved = 0;
  make_folders_of(folder / "Annotations", paths);
  run_stage(progress, "write", static_cast<int64_t>(file.images.size()), [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    const fs::path path = folder / "Annotations" / paths[index];
    write_file_atomically(path, voc_text(file.images[index], objects[index], names, moved));
  });
  write_file_atomically(folder / "classes.txt", class_lines(file));
  int64_t crowds = 0;
  for (const CocoAnnotation& annotation : file.annotations)
    crowds += annotation.iscrowd.value_or(false);
  notes.note("boxes rounded to VOC's whole pixels", moved);
  notes.note("crowd regions, marked difficult", crowds);
}

}  // namespace rn
