#include "eval/coco_ground_truth.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "eval/grouping.h"

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

/// One column of a table of records.
template <class Record>
std::vector<int64_t> column(const std::vector<Record>& records, int64_t Record::*member) {
  std::vector<int64_t> values;
  values.reserve(records.size());
  for (const Record& record : records) values.push_back(record.*member);
  return values;
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
  image_ids_ = column(file.images, &CocoImage::id);
  std::sort(image_ids_.begin(), image_ids_.end());
  image_ids_.erase(std::unique(image_ids_.begin(), image_ids_.end()), image_ids_.end());
  images_by_id_ = IdIndex(image_ids_);
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
  categories_by_id_ = IdIndex(column(categories_, &Category::id));
}

void CocoGroundTruth::collect_objects(const CocoFile& file, std::string_view source) {
  const auto& annotations = file.annotations;
  const IdIndex last_with_id(column(annotations, &CocoAnnotation::id));
  const bool ids_repeat = last_with_id.size() < static_cast<int64_t>(annotations.size());

  // pycocotools lists the annotations image by image.
  std::vector<int32_t> image_of(annotations.size());
  for (size_t i = 0; i < annotations.size(); ++i) {
    image_of[i] = images_by_id_.find(annotations[i].image_id).value_or(-1);
  }
  const Grouping listed = group_items(image_of.size(), static_cast<int64_t>(image_ids_.size()),
                                      /*threads=*/1, [&](size_t i) { return image_of[i]; });
  objects_.reserve(listed.items.size());
  for (const int32_t i : listed.items) {
    const int32_t last = ids_repeat ? *last_with_id.find(annotations[i].id) : i;
    const CocoAnnotation& record = annotations[last];
    const auto category = category_index(record.category_id);
    if (image_of[last] < 0 || !category) continue;
    Object object = to_object(record, source);
    object.index = static_cast<int64_t>(objects_.size());
    object.image = image_of[last];
    object.category = *category;
    object.counts_by_category =
        !ids_repeat || category_index(annotations[i].category_id).has_value();
    objects_.push_back(object);
  }
}

std::optional<int64_t> CocoGroundTruth::image_index(int64_t image_id) const {
  return images_by_id_.find(image_id);
}

std::optional<int64_t> CocoGroundTruth::category_index(int64_t category_id) const {
  return categories_by_id_.find(category_id);
}

}  // namespace rn
