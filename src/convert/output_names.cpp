#include "convert/output_names.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_map>

#include "convert/picture_files.h"
#include "convert/plain_text.h"
#include "core/error.h"
#include "core/files.h"

namespace rn {
namespace {

constexpr std::string_view kNotInNames("\r\n\0", 3);

bool leads_out(const std::string& name) {
  const std::filesystem::path path(name);
  return name.empty() || name.find('\0') != std::string::npos || path.is_absolute() ||
         std::find(path.begin(), path.end(), "..") != path.end();
}

}  // namespace

std::vector<std::string> annotation_names(const CocoFile& file, const std::string& ending) {
  std::vector<std::string> names;
  std::unordered_map<std::string, std::string> pictures;  // by annotation file
  for (const CocoImage& image : file.images) {
    if (leads_out(image.file_name)) {
      fail(
          "image {}: its file_name {} leads out of the folder of the pictures, so its annotations "
          "would be written outside --out; write it relative to --images",
          image.id, in_quotes(image.file_name));
    }
    const std::string name = std::filesystem::path(image.file_name).lexically_normal().string();
    names.push_back(without_ending(name) + ending);
    const auto [other, is_new] = pictures.emplace(names.back(), image.file_name);
    if (!is_new) {
      fail("image {}: {} and {} would both have the annotations {}; rename one of them", image.id,
           in_quotes(image.file_name), in_quotes(other->second), in_quotes(names.back()));
    }
  }
  return names;
}

void make_folders_of(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  std::set<std::filesystem::path> folders = {folder};
  for (const std::string& name : names) folders.insert((folder / name).parent_path());
  for (const std::filesystem::path& each : folders) make_writable_folder(each);
}

std::vector<std::vector<const CocoAnnotation*>> annotations_by_image(const CocoFile& file) {
  std::unordered_map<int64_t, size_t> positions;
  for (size_t i = 0; i < file.images.size(); ++i) positions.emplace(file.images[i].id, i);
  std::vector<std::vector<const CocoAnnotation*>> sorted(file.images.size());
  for (const CocoAnnotation& annotation : file.annotations) {
    sorted[positions.at(annotation.image_id)].push_back(&annotation);
  }
  return sorted;
}

std::vector<Category> by_ascending_id(const CocoFile& file) {
  std::vector<Category> categories = file.categories;
  std::sort(categories.begin(), categories.end(),
            [](const Category& a, const Category& b) { return a.id < b.id; });
  return categories;
}

std::string class_lines(const CocoFile& file) {
  std::string lines;
  for (const Category& category : by_ascending_id(file)) lines += category.name + "\n";
  return lines;
}

void check_class_names(const CocoFile& file) {
  std::unordered_map<std::string, int64_t> ids;
  for (const Category& category : file.categories) {
    if (trimmed(category.name).empty() ||
        category.name.find_first_of(kNotInNames) != std::string::npos) {
      fail("category {}: its name {} can't be a class of the new format; name it in one line",
           category.id, in_quotes(category.name));
    }
    const auto [other, is_new] = ids.emplace(trimmed(category.name), category.id);
    if (!is_new) {
      fail(
          "categories {} and {} are both named {}; the new format tells classes by their names, so "
          "rename one",
          other->second, category.id, in_quotes(category.name));
    }
  }
}

}  // namespace rn
