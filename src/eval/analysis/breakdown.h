#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"
#include "eval/matches.h"

namespace rn {

/// AP of a part of the objects, all classes.
struct BreakdownRow {
  std::string name;  ///< such as "16-32" or "320+"
  double low = 0;    ///< size in pixels (square root of the area), or objects in an image
  double high = 0;   ///< included; infinity in the last row
  int64_t objects = 0;
  int64_t images = 0;  ///< with such objects
  double ap = -1;      ///< at IoU .5:.95
  double ap50 = -1;
};

struct Breakdown {
  /// Objects of a size, ends included as in COCO's ranges, and with COCO's rules: objects of other
  /// sizes are ignored, and so are detections that take them or have another size themselves.
  std::vector<BreakdownRow> by_size;
  /// Images with so many objects (no crowds). Images without objects are in no row.
  std::vector<BreakdownRow> by_object_count;
};

/// The third limit of detections of `matches` holds, as for AP50.
Breakdown make_breakdown(const CocoGroundTruth& ground_truth,
                         std::span<const CocoResult> detections, const Matches& matches,
                         int threads = 0);

}  // namespace rn
