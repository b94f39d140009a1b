#pragma once

#include <cstdint>

#include "core/field.h"

namespace rn {

/// From raw predictions to detections.
struct PredictConfig {
  double score_threshold = 0.05;
  int64_t top_k = 1000;
  double nms_threshold = 0.5;
  int64_t max_detections = 100;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("score_threshold", c.score_threshold, Range{0, 1}, "detections score more than this");
    v("top_k", c.top_k, Range{1, 1e7}, "candidates kept on each pyramid level, before the NMS");
    v("nms_threshold", c.nms_threshold, Range{0, 1},
      "of two boxes of a class that overlap more (IoU), the better one stays");
    v("max_detections", c.max_detections, Range{1, 1e6}, "detections kept in an image");
  }
};

}  // namespace rn
