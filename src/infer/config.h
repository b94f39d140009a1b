#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/field.h"

namespace rn {

/// When boxes are cut at the picture's edge: torchvision before the suppression, which then
/// compares what is inside; detectron2 after it.
enum class ClipBoxes { kBeforeNms, kAfterNms };
constexpr auto enum_names(ClipBoxes) {
  using Entry = std::pair<ClipBoxes, std::string_view>;
  return std::array{Entry{ClipBoxes::kBeforeNms, "before_nms"},
                    Entry{ClipBoxes::kAfterNms, "after_nms"}};
}

/// From raw predictions to detections.
struct PredictConfig {
  double score_threshold = 0.05;
  int64_t top_k = 1000;
  double nms_threshold = 0.5;
  int64_t max_detections = 100;
  ClipBoxes clip = ClipBoxes::kBeforeNms;
  bool drop_empty = true;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("score_threshold", c.score_threshold, Range{0, 1}, "detections score more than this");
    v("top_k", c.top_k, Range{1, 1e7}, "candidates kept on each pyramid level, before the NMS");
    v("nms_threshold", c.nms_threshold, Range{0, 1},
      "of two boxes of a class that overlap more (IoU), the better one stays");
    v("max_detections", c.max_detections, Range{1, 1e6}, "detections kept in an image");
    v("clip", c.clip, "before_nms or after_nms: when boxes are cut at the picture's edge");
    v("drop_empty", c.drop_empty,
      "leave out boxes of which that leaves nothing; torchvision keeps them");
  }
};

}  // namespace rn
