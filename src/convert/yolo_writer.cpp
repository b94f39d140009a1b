#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <unordered_map>

#include "convert/output_names.h"
#include "convert/yolo.h"
#include "core/files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

/// Nine digits, without zeros at the end.
std::string share_text(double share) {
  std::string text = fmt::format("{:.9f}", share);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string label_text(const CocoImage& image, const std::vector<const CocoAnnotation*>& objects,
                       const std::unordered_map<int64_t, size_t>& class_indices) {
  const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
  std::string text;
  for (const CocoAnnotation* object : objects) {
    const auto& [x, y, w, h] = *object->bbox;
    text += fmt::format("{} {} {} {} {}\n", class_indices.at(object->category_id),
                        share_text((x + w / 2) / width), share_text((y + h / 2) / height),
                        share_text(w / width), share_text(h / height));
  }
  return text;
}

/// As Ultralytics reads it.
std::string data_yaml(const fs::path& folder, const std::vector<Category>& categories) {
  YAML::Emitter yaml;
  yaml << YAML::BeginMap;
  yaml << YAML::Key << "path" << YAML::Value << fs::weakly_canonical(fs::absolute(folder)).string();
  yaml << YAML::Key << "train" << YAML::Value << kPictureList;
  yaml << YAML::Key << "val" << YAML::Value << kPictureList;
  yaml << YAML::Key << "names" << YAML::Value << YAML::BeginMap;
  for (size_t i = 0; i < categories.size(); ++i) {
    yaml << YAML::Key << i << YAML::Value << YAML::DoubleQuoted << categories[i].name;
  }
  yaml << YAML::EndMap << YAML::EndMap;
  return std::string(yaml.c_str()) + "\n";
}

/// A folder may hold more pictures than the set; those would be taken for empty ones.
std::string picture_list(const CocoFile& file) {
  std::string lines;
  for (const CocoImage& image : file.images) lines += fmt::format("./images/{}\n", image.file_name);
  return lines;
}

}  // namespace

void write_yolo(const fs::path& folder, const CocoFile& file, const ConvertProgress& progress) {
  const std::vector<std::string> paths = annotation_names(file, ".txt");
  const auto objects = annotations_by_image(file);
  const std::vector<Category> categories = by_ascending_id(file);
  std::unordered_map<int64_t, size_t> class_indices;
  for (size_t i = 0; i < categories.size(); ++i) class_indices.emplace(categories[i].id, i);
  make_folders_of(folder / "labels", paths);
  run_stage(progress, "write", static_cast<int64_t>(paths.size()), [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    write_file_atomically(folder / "labels" / paths[index],
                          label_text(file.images[index], objects[index], class_indices));
  });
  write_file_atomically(folder / kPictureList, picture_list(file));
  write_file_atomically(folder / "data.yaml", data_yaml(folder, categories));
}

}  // namespace rn
