#include "coco/record_writer.h"

#include <fmt/format.h>

#include <cmath>

#include "core/files.h"
#include "core/json.h"

namespace rn {
namespace {

/// JSON as Python's module has it, which knows numbers that are none.
std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", value);
}

std::string string_text(const std::string& text) { return json_text(Json(text)); }

std::string record_text(const CocoImage& image) {
  std::string text =
      fmt::format("{{\"id\": {}, \"file_name\": {}", image.id, string_text(image.file_name));
  if (image.width != 0) text += fmt::format(", \"width\": {}", image.width);
  if (image.height != 0) text += fmt::format(", \"height\": {}", image.height);
  return text + "}";
}

std::string record_text(const CocoAnnotation& annotation) {
  std::string text = fmt::format("{{\"id\": {}, \"image_id\": {}, \"category_id\": {}",
                                 annotation.id, annotation.image_id, annotation.category_id);
  if (annotation.bbox) {
    const auto& [x, y, width, height] = *annotation.bbox;
    text += fmt::format(", \"bbox\": [{}, {}, {}, {}]", number_text(x), number_text(y),
                        number_text(width), number_text(height));
  }
  if (annotation.area) text += fmt::format(", \"area\": {}", number_text(*annotation.area));
  if (annotation.iscrowd) text += fmt::format(", \"iscrowd\": {}", *annotation.iscrowd ? 1 : 0);
  return text + "}";
}

std::string record_text(const Category& category) {
  return fmt::format("{{\"id\": {}, \"name\": {}}}", category.id, string_text(category.name));
}

template <class Record>
void write_list(FileReplacement& file, std::string_view name, const std::vector<Record>& records) {
  constexpr size_t kPiece = 1 << 16;
  std::string text = fmt::format("\"{}\": [", name);
  for (size_t i = 0; i < records.size(); ++i) {
    text += i == 0 ? "\n" : ",\n";
    text += record_text(records[i]);
    if (text.size() < kPiece) continue;
    file.write(text);
    text.clear();
  }
  file.write(text + "]");
}

}  // namespace

void write_coco_file(const std::filesystem::path& path, const CocoFile& coco) {
  FileReplacement file(path);
  file.write("{");
  write_list(file, "images", coco.images);
  file.write(",\n");
  write_list(file, "annotations", coco.annotations);
  file.write(",\n");
  write_list(file, "categories", coco.categories);
  file.write("}\n");
  file.commit();
}

}  // namespace rn
