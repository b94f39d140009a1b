#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"

namespace rn {

/// Index into CocoGroundTruth::image_ids() of each record's image; -1 of an unknown one.
std::vector<int32_t> images_of_records(const CocoGroundTruth& ground_truth,
                                       std::span<const CocoResult> detections);

/// The objects, crowds too, that are matched together, as match_detections has them: one list for
/// each category, or a single one if class-agnostic; image by image.
std::vector<std::vector<CocoGroundTruth::Object>> evaluated_objects(
    const CocoGroundTruth& ground_truth, bool class_agnostic);

}  // namespace rn
