#include "eval/coco_ground_truth.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "core/error.h"

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;

Object to_object(const CocoAnnotation& record, std::string_view source) {
  const auto refuse = [&](std::string_view what, std::string_view remedy) {
    fail("{}: image {} annotation {}: {}; {}", source, record.image_id, record.id, what, remedy);
  };
  if (!record.bbox) refuse("has no \"bbox\"", "expected x, y, width, height");
  if (!record.iscrowd) refuse("has no \"iscrowd\"", "expected 0 or 1; add \"iscrowd\": 0");
  if (!record.area && !*record.iscrowd) {
    refuse("has no \"area\"",
           "expected the object's area in pixels; without masks, add width * height of its box");
  }
  if (has_nan(*record.bbox)) {
    refuse("has NaN in its box", "expected x, y, width, height; fix or remove it");
  }
  Object object;
  object.id = record.id;
  object.bbox = *record.bbox;
  object.area = record.area.value_or(0);
  object.crowd = *record.iscrowd;
  return object;
}

}  // namespace

bool has_nan(const std::array<double, 4>& box) {
  return std::isnan(box[0] + box[2]) || std::isnan(box[1] + box[3]);
}

CocoGroundTruth::CocoGroundTruth(const CocoFile& file, std::string_view source) {
  index_images(file);
  index_categories(file);
  collect_objects(file, source);
}

void CocoGroundTruth::index_images(const CocoFile& file) {
  for (const CocoImage& image : file.images) image_ids_.push_back(image.id);
  std::sort(image_ids_.begin(), image_ids_.end());
  image_ids_.erase(std::unique(image_ids_.begin(), image_ids_.end()), image_ids_.end());
  image_records_.resize(image_ids_.size());
  for (size_t i = file.images.size(); i > 0; --i) {  // backwards: the first record stays
    image_records_[*image_index(file.images[i - 1].id)] = static_cast<int64_t>(i - 1);
  }
}

void CocoGroundTruth::index_categories(const CocoFile& file) {
  std::map<int64_t, std::pair<Category, int64_t>> by_id;
  for (const Category& category : file.categories) {
    auto& [last, records] = by_id[category.id];
    last = category;
    ++records;
  }
  for (const auto& [id, entry] : by_id) {
    categories_.push_back(entry.first);
    category_records_.push_back(entry.second);
  }
}

void CocoGroundTruth::collect_objects(const CocoFile& file, std::string_view source) {
  std::unordered_map<int64_t, size_t> last_with_id;
  last_with_id.reserve(file.annotations.size());
  for (size_t i = 0; i < file.annotations.size(); ++i) last_with_id[file.annotations[i].id] = i;

  // (image, record) in ascending order: pycocotools lists the annotations image by image.
  std::vector<std::pair<int64_t, size_t>> listed;
  for (size_t i = 0; i < file.annotations.size(); ++i) {
    if (const auto image = image_index(file.annotations[i].image_id))
      listed.emplace_back(*image, i);
  }
  std::sort(listed.begin(), listed.end());

  for (const auto& [_, i] : listed) {
    const CocoAnnotation& record = file.annotations[last_with_id[file.annotations[i].id]];
    const auto image = image_index(record.image_id);
    const auto category = category_index(record.category_id);
    if (!image || !category) continue;
    Object object = to_object(record, source);
    object.index = static_cast<int64_t>(objects_.size());
    object.image = *image;
    object.category = *category;
    object.counts_by_category = category_index(file.annotations[i].category_id).has_value();
    objects_.push_back(object);
  }
}

std::optional<int64_t> CocoGroundTruth::image_index(int64_t image_id) const {
  const auto found = std::lower_bound(image_ids_.begin(), image_ids_.end(), image_id);
  if (found == image_ids_.end() || *found != image_id) return std::nullopt;
  return found - image_ids_.begin();
}

std::optional<int64_t> CocoGroundTruth::category_index(int64_t category_id) const {
  const auto found =
      std::lower_bound(categories_.begin(), categories_.end(), category_id,
                       [](const Category& category, int64_t id) { return category.id < id; });
  if (found == categories_.end() || found->id != category_id) return std::nullopt;
  return found - categories_.begin();
}

}  // namespace rn
