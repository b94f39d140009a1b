#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "convert/boxes.h"
#include "convert/csv.h"
#include "convert/csv_rows.h"
#include "convert/output_names.h"
#include "core/files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

/// What leads from the file's folder to the pictures'; empty if that isn't known.
fs::path way_to_pictures(const fs::path& csv, const fs::path& images) {
  if (images.empty()) return {};
  const fs::path folder = fs::weakly_canonical(fs::absolute(csv)).parent_path();
  return fs::weakly_canonical(fs::absolute(images)).lexically_proximate(folder);
}

}  // namespace

fs::path csv_classes_path(const fs::path& path) {
  return path.parent_path() / (path.stem().string() + "_classes.csv");
}

void write_csv(const fs::path& path, const CocoFile& file, const fs::path& images,
               ConvertNotes& notes) {
  const auto objects = annotations_by_image(file);
  const std::vector<Category> categories = by_ascending_id(file);
  std::unordered_map<int64_t, std::string> names;
  std::string classes;
  for (size_t i = 0; i < categories.size(); ++i) {
    names.emplace(categories[i].id, categories[i].name);
    classes += csv_line({categories[i].name, std::to_string(i)});
  }
  int64_t fractions = 0;
  const fs::path way = way_to_pictures(path, images);
  FileReplacement csv(path);
  for (size_t i = 0; i < file.images.size(); ++i) {
    const std::string picture = (way / file.images[i].file_name).lexically_normal().string();
    std::string rows;
    for (const CocoAnnotation* object : objects[i]) {
      const auto& [x, y, width, height] = *object->bbox;
      const std::array corners = {x, y, without_noise(x + width), without_noise(y + height)};
      std::vector<std::string> fields = {picture};
      for (const double corner : corners) fields.push_back(fmt::format("{}", corner));
      fields.push_back(names.at(object->category_id));
      rows += csv_line(fields);
      fractions +=
          std::any_of(corners.begin(), corners.end(), [](double c) { return c != std::floor(c); });
    }
    csv.write(rows.empty() ? csv_line({picture, "", "", "", "", ""}) : rows);
  }
  csv.sync();
  write_file_atomically(csv_classes_path(path), classes);
  csv.commit();
  notes.note("boxes with fractions of pixels, which keras-retinanet's own reader doesn't take",
             fractions);
}

}  // namespace rn
