#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "coco/coco_file.h"
#include "core/category.h"
#include "eval/id_index.h"

namespace rn {

/// Whether a number of the box (x, y, width, height) is NaN, or its right or lower edge, as it is
/// for a box from -infinity of infinite width.
bool has_nan(const std::array<double, 4>& box);

/// What the evaluator needs of an annotation file, prepared once and used for any number of
/// evaluations. Follows pycocotools' loading: images and categories are taken once and in ascending
/// order of their ids; annotations of an unknown image or category don't count; of several
/// annotations with one id, the last record stands for each of them.
class CocoGroundTruth {
 public:
  struct Object {
    int64_t id = 0;
    int64_t index = 0;             ///< into objects()
    int64_t image = 0;             ///< index into image_ids()
    int64_t category = 0;          ///< index into categories()
    std::array<double, 4> bbox{};  ///< x, y, width, height in pixels of the original image
    double area = 0;  ///< pixels, as the file has it; decides which size range counts it
    bool crowd = false;
    /// False only where a record of an unknown category is replaced by a later one with its id:
    /// pycocotools counts such an object in class-agnostic evaluation alone.
    bool counts_by_category = true;
  };

  /// @param source names the file in errors
  /// @throws Error naming image and annotation if one that counts has no box, no `iscrowd`, no
  /// `area` (a crowd needs none), or NaN in its box
  explicit CocoGroundTruth(const CocoFile& file, std::string_view source = "ground truth");

  const std::vector<int64_t>& image_ids() const { return image_ids_; }     ///< ascending
  const std::vector<Category>& categories() const { return categories_; }  ///< ascending ids
  const std::vector<Object>& objects() const { return objects_; }

  /// How often a category is in the file. pycocotools' class-agnostic evaluation takes its objects
  /// and detections that often.
  int64_t category_records(int64_t category) const { return category_records_[category]; }

  /// Index of an image's first record in the file: tidecv takes the images in this order.
  int64_t image_record(int64_t image) const { return image_records_[image]; }

  std::optional<int64_t> image_index(int64_t image_id) const;
  std::optional<int64_t> category_index(int64_t category_id) const;

 private:
  void index_images(const CocoFile& file);
  void index_categories(const CocoFile& file);
  void collect_objects(const CocoFile& file, std::string_view source);

  std::vector<int64_t> image_ids_;
  std::vector<int64_t> image_records_;
  std::vector<Category> categories_;
  std::vector<int64_t> category_records_;
  IdIndex images_by_id_;
  IdIndex categories_by_id_;
  std::vector<Object> objects_;
};

}  // namespace rn
