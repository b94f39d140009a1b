#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "boxes/anchor_reach.h"
#include "data/config.h"
#include "data/dataset.h"

namespace rn {

/// COCO's sizes (areas up to 32^2, up to 96^2 and above), but of the objects as the network sees
/// them, after the resize.
inline constexpr std::array<std::string_view, 3> kObjectSizes = {"small", "medium", "large"};

/// How many objects have an anchor with the IoU that makes it positive, low-quality matches left
/// aside.
struct RecallCount {
  int64_t objects = 0;
  int64_t reached = 0;
  double sum_of_ious = 0;  ///< of each object's best anchor

  double recall() const;  ///< 1 without objects
  double mean_iou() const;
};

struct AnchorRecall {
  std::array<RecallCount, 3> sizes;  ///< as kObjectSizes
  RecallCount all() const;
};

/// The objects of a set, where the resize puts them among the anchors; crowds are left out.
/// @param short_sides of multi-scale training: the images take them in turn, as an epoch gives each
/// image one of them; empty: preprocess.short_side
std::vector<BoxOnGrid> objects_on_grid(const Dataset& dataset, const PreprocessConfig& preprocess,
                                       const std::vector<int64_t>& short_sides,
                                       const AnchorConfig& anchors);

AnchorRecall anchor_recall(const std::vector<BoxOnGrid>& objects, const AnchorConfig& anchors,
                           double positive_iou);

/// Whether objects of some size, if there are more than a few of it, are reached too seldom.
bool is_low(const AnchorRecall& recall);

/// Looks for sizes and aspect ratios, as many as there are now, with which more objects are
/// reached, each of the three sizes weighing the same: the better of the present anchors (also
/// scaled), and of the quantiles of the objects' sizes and the means of clusters of their ratios,
/// then each number moved as long as that helps. Deterministic.
/// @return the present ones if nothing better by a point was found
AnchorConfig propose_anchors(const std::vector<BoxOnGrid>& objects, const AnchorConfig& present,
                             double positive_iou);

}  // namespace rn
