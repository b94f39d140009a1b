#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "boxes/anchors.h"
#include "core/image_size.h"

namespace rn {

/// All of a box that decides how well anchors can fit it.
struct BoxOnGrid {
  double width = 0;  ///< in the network's input, as is what follows
  double height = 0;
  /// For each level how far the nearest cell's centre is from the box's, along x and y.
  std::vector<std::array<double, 2>> offsets;
};

/// @param box xyxy @param batch_size of the network's input, padding included
BoxOnGrid place_on_grid(const std::array<double, 4>& box, const ImageSize& batch_size,
                        const AnchorConfig& config);

/// Width and height of the anchors of a cell of each level, to ask what the best of a picture's
/// anchors reaches without making them all: among anchors of one shape that is the one of the
/// nearest cell.
class AnchorShapes {
 public:
  explicit AnchorShapes(const AnchorConfig& config);

  /// @return the largest IoU of the box with any anchor of the picture
  double best_iou(const BoxOnGrid& box) const;

 private:
  std::vector<std::vector<std::array<double, 2>>> levels_;
};

}  // namespace rn
