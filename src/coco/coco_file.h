#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/category.h"

namespace rn {

/// COCO's files as they are written: records in the order of the file, nothing judged, nothing
/// dropped. `data` makes a training set of them and `eval` a ground truth, each with its own rules.

struct CocoImage {
  int64_t id = 0;
  std::string file_name;
  int64_t width = 0;  ///< pixels as the file claims; 0 if absent
  int64_t height = 0;
};

struct CocoAnnotation {
  int64_t id = 0;
  int64_t image_id = 0;
  int64_t category_id = 0;
  std::optional<std::array<double, 4>> bbox;  ///< x, y, width, height; may hold NaN or infinity
  std::optional<double> area;
  std::optional<bool> iscrowd;
};

struct CocoFile {
  std::vector<CocoImage> images;
  std::vector<CocoAnnotation> annotations;
  std::vector<Category> categories;  ///< in file order
};

/// One detection of a results file, or from memory.
struct CocoResult {
  int64_t image_id = 0;
  int64_t category_id = 0;
  std::array<double, 4> bbox{};  ///< x, y, width, height in pixels of the original image
  double score = 0;
};

/// Reads an annotation file as a stream of records (polygons are passed over, no tree of the file
/// is built). Null is as good as absent; of a key that is there twice the last value counts. All of
/// the file must be JSON as Python's `json` module reads it (NaN, Infinity and -Infinity, too),
/// also what is passed over.
/// @throws Error with the path and the byte offset or the record's index: missing file, cut short,
/// not JSON, no list of images or categories, a record without its id, a value of a wrong type or
/// out of range
/// @param threads 0: one for each core; no effect on the result
CocoFile read_coco_file(const std::filesystem::path& path, int threads = 0);

/// Reads a results file: a list of {image_id, category_id, bbox, score}.
/// @throws Error as above; also where the list is empty or a record has no score
std::vector<CocoResult> read_coco_results(const std::filesystem::path& path, int threads = 0);

}  // namespace rn
