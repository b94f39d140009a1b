#pragma once

#include <torch/types.h>

#include "boxes/anchor_labels.h"
#include "boxes/ground_truth.h"
#include "core/field.h"

namespace rn {

struct MatcherConfig {
  double positive_iou = 0.5;
  double negative_iou = 0.4;
  bool low_quality = true;
  bool ignore_crowds = true;
  double crowd_overlap = 0.5;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("positive_iou", c.positive_iou, Range{0, 1}, "an anchor with at least this IoU is positive");
    v("negative_iou", c.negative_iou, Range{0, 1},
      "an anchor with less IoU is background; in between it is ignored");
    v("low_quality", c.low_quality, "the best anchors of an object are positive whatever the IoU");
    v("ignore_crowds", c.ignore_crowds, "background anchors inside a crowd region are ignored");
    v("crowd_overlap", c.crowd_overlap, Range{0.01, 1},
      "share of an anchor's area that makes it lie inside a crowd region");
  }
};

/// Gives each anchor its object. Lin et al. 2017, section 4 (thresholds); low-quality matches as
/// torchvision makes them: an anchor that is best for some object keeps its own argmax object. One
/// departure: an object that overlaps no anchor makes nothing positive.
class Matcher {
 public:
  /// @throws Error if negative_iou > positive_iou
  explicit Matcher(MatcherConfig config = {});

  /// Never holds an [M, R] matrix: memory is O(R + M).
  /// @param anchors [R, 4] float or double, of all levels
  /// @param target boxes [M, 4] and crowds [C, 4] of one image; degenerate boxes match nothing
  /// @return matched_idxs [R] int64 on the anchors' device: a row of target.boxes, kBackground or
  /// kIgnore; of equally good objects the first
  torch::Tensor operator()(const torch::Tensor& anchors, const GroundTruth& target) const;

 private:
  MatcherConfig config_;
};

}  // namespace rn
