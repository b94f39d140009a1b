#include "eval/analysis/by_image.h"

#include <algorithm>
#include <utility>

namespace rn {

std::vector<int32_t> images_of_records(const CocoGroundTruth& ground_truth,
                                       std::span<const CocoResult> detections) {
  std::vector<int32_t> images;
  images.reserve(detections.size());
  for (const CocoResult& detection : detections) {
    images.push_back(
        static_cast<int32_t>(ground_truth.image_index(detection.image_id).value_or(-1)));
  }
  return images;
}

std::vector<std::vector<CocoGroundTruth::Object>> evaluated_objects(
    const CocoGroundTruth& ground_truth, bool class_agnostic) {
  std::vector<CocoGroundTruth::Object> sorted = ground_truth.objects();
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::pair(a.image, a.category) < std::pair(b.image, b.category);
  });
  std::vector<std::vector<CocoGroundTruth::Object>> lists(
      class_agnostic ? 1 : ground_truth.categories().size());
  if (!class_agnostic) {
    for (const auto& object : sorted) {
      if (object.counts_by_category) lists[object.category].push_back(object);
    }
    return lists;
  }
  // pycocotools takes a category as often as the file has it.
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end = std::find_if(begin, sorted.end(), [&](const auto& object) {
      return object.image != begin->image || object.category != begin->category;
    });
    for (int64_t i = 0; i < ground_truth.category_records(begin->category); ++i) {
      lists[0].insert(lists[0].end(), begin, end);
    }
    begin = end;
  }
  return lists;
}

}  // namespace rn
