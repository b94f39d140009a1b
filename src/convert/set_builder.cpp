#include "convert/set_builder.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <unordered_set>

#include "convert/plain_text.h"
#include "core/error.h"

namespace rn {
namespace {

/// 000000000139.jpg is image 139. @return nothing unless all pictures can be named so
std::optional<std::vector<int64_t>> numbers_of(const std::vector<CocoImage>& images) {
  std::vector<int64_t> numbers;
  std::unordered_set<int64_t> seen;
  for (const CocoImage& image : images) {
    const std::string stem = std::filesystem::path(image.file_name).stem().string();
    const bool is_digits = stem.find_first_not_of("0123456789") == std::string::npos;
    const auto number = is_digits ? to_whole(stem) : std::nullopt;
    if (!number || !seen.insert(*number).second) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

void number_images(CocoFile& file) {
  const auto numbers = numbers_of(file.images);
  for (size_t i = 0; i < file.images.size(); ++i) {
    file.images[i].id = numbers ? (*numbers)[i] : static_cast<int64_t>(i) + 1;
  }
  for (CocoAnnotation& annotation : file.annotations) {
    annotation.image_id = file.images[static_cast<size_t>(annotation.image_id)].id;
  }
}

}  // namespace

void SetBuilder::add_picture(const std::string& file_name, ImageSize size,
                             const std::string& source) {
  const auto [known, is_new] = picture_sources_.emplace(file_name, source);
  if (!is_new) {
    fail(
        "{}: describes the picture {}, and so does {}; give each picture one annotation file, with "
        "its own name in it",
        source, in_quotes(file_name), known->second);
  }
  file_.images.push_back({0, file_name, size.width, size.height});
}

void SetBuilder::add_object(const std::string& name, const CocoBox& box, bool is_crowd,
                            const Place& place) {
  const int64_t index = class_index(name, place);
  if (const std::string fault = box_fault(box); !fault.empty()) {
    notes_.warn("boxes that can't be, left out", fmt::format("{}: the box {}", place(), fault));
    return;
  }
  CocoAnnotation annotation;
  annotation.id = static_cast<int64_t>(file_.annotations.size()) + 1;
  annotation.image_id = static_cast<int64_t>(file_.images.size()) - 1;
  annotation.category_id = index;
  annotation.bbox = box;
  annotation.iscrowd = is_crowd;
  file_.annotations.push_back(annotation);
}

CocoFile SetBuilder::finish(const std::string& source) && {
  if (file_.images.empty()) fail("{}: has no pictures; nothing can be converted", source);
  if (classes_ == nullptr) {
    sort_classes();
  } else {
    file_.categories = classes_->categories;
  }
  if (file_.categories.empty()) {
    fail("{}: has no objects, so its classes aren't known; name them: --classes FILE", source);
  }
  for (CocoAnnotation& annotation : file_.annotations) {
    annotation.category_id = file_.categories[static_cast<size_t>(annotation.category_id)].id;
  }
  number_images(file_);
  return std::move(file_);
}

int64_t SetBuilder::class_index(const std::string& name, const Place& place) {
  const auto known = class_indices_.find(name);
  if (known != class_indices_.end()) return known->second;
  auto index = static_cast<int64_t>(class_indices_.size());
  if (classes_ != nullptr) {
    index = classes_->index_of(name);
    if (index < 0) {
      fail("{}: its class {} isn't in {}{}; mend the name, or add it there", place(),
           in_quotes(name), classes_->source, classes_->hint(name));
    }
  }
  return class_indices_.emplace(name, index).first->second;
}

void SetBuilder::sort_classes() {
  std::vector<std::string> names(class_indices_.size());
  for (const auto& [name, index] : class_indices_) names[static_cast<size_t>(index)] = name;
  std::vector<size_t> order(names.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return names[a] < names[b]; });
  std::vector<int64_t> place(names.size());
  for (size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = static_cast<int64_t>(i);
    file_.categories.push_back({static_cast<int64_t>(i) + 1, names[order[i]]});
  }
  for (CocoAnnotation& annotation : file_.annotations) {
    annotation.category_id = place[static_cast<size_t>(annotation.category_id)];
  }
}

}  // namespace rn
