#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "eval/analysis/kept_score.h"
#include "eval/coco_ground_truth.h"
#include "eval/matches.h"

namespace rn {

/// AP of a part of the objects, all classes.
struct BreakdownRow {
  std::string name;  ///< such as "16-32" or "320+"
  double low = 0;    ///< size in pixels (square root of the area), or objects in an image
  double high = 0;   ///< included; infinity in the last row
  int64_t objects = 0;
  double effective_objects = 0;  ///< see effective_objects.h: how much the AP can be trusted
  int64_t images = 0;            ///< with such objects
  double ap = -1;                ///< at IoU .5:.95
  double ap50 = -1;
};

struct Breakdown {
  /// Objects of a size, ends included as in COCO's ranges, and with COCO's rules: objects of other
  /// sizes are ignored, and so are detections that take them or have another size themselves.
  std::vector<BreakdownRow> by_size;
  /// Images with so many objects (no crowds). The first row is of the images without any, which
  /// have no AP: what can go wrong in them is in `false_positives_without_objects`.
  std::vector<BreakdownRow> by_object_count;
  /// At IoU .5, in the images without objects, of a score of at least `score`.
  int64_t false_positives_without_objects = 0;
  double score = 0;
};

/// The third limit of detections of `matches` holds, as for AP50.
Breakdown make_breakdown(const CocoGroundTruth& ground_truth,
                         std::span<const CocoResult> detections, const Matches& matches,
                         double score = kKeptScore, int threads = 0);

}  // namespace rn
