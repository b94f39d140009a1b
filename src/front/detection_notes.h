#pragma once

#include <span>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"

namespace rn {

/// What pycocotools evaluates without a word though it is hardly meant: detections of categories
/// that the annotations don't have, scores outside 0..1 or NaN, boxes without an area, boxes in
/// shares of the picture's sides, boxes that reach far beyond their pictures as corners do that are
/// taken for sizes. One sentence for each kind that is there.
/// @param images of the annotation file; of those without a size nothing is said
/// @param threads 0: one for each core; no effect on the result
std::vector<std::string> notes_on_detections(const CocoGroundTruth& ground_truth,
                                             std::span<const CocoImage> images,
                                             std::span<const CocoResult> detections, int threads);

}  // namespace rn
