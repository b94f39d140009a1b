#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"

namespace rn {

/// What is evaluated: an object or a detection.
struct Item {
  int32_t source = 0;  ///< index into the objects, or into the list of results
  int32_t image = 0;
  int32_t category = 0;  ///< that it is evaluated in; -1: it doesn't count
};
using Items = std::vector<Item>;

Items objects_to_evaluate(const CocoGroundTruth& ground_truth, bool class_agnostic);

/// @throws Error naming the record: of an unknown image, or with NaN in its box
Items detections_to_evaluate(const CocoGroundTruth& ground_truth,
                             std::span<const CocoResult> detections, int threads);

/// What joining may add to the items that there are, where the file lists categories repeatedly.
inline constexpr int64_t kMostCopies = int64_t{1} << 24;

/// All in one category: within an image by category, and a category as often as the file has it.
/// @param what they are, for messages: "objects"
/// @throws Error if that would make more than kMostCopies copies, or 2^31 items
Items join_categories(Items items, const CocoGroundTruth& ground_truth, std::string_view what);

}  // namespace rn
