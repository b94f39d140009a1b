#pragma once

#include <vector>

#include "core/image_region.h"

namespace rn::page {

/// An upright rectangle.
struct LabelPlace {
  double x = 0, y = 0, width = 0, height = 0;
};

/// Finds places for the labels of boxes, one after the other, within a picture and away from the
/// labels that are placed already.
class LabelPlaces {
 public:
  explicit LabelPlaces(const ImageRegion& region) : region_(region) {}

  /// Beside the box: preferably above or below its left corner, else at another corner or within
  /// it. Where all of these are taken, that with the least overlap.
  /// @param width, height of the label
  LabelPlace place(const LabelPlace& box, double width, double height, bool below);

 private:
  ImageRegion region_;
  std::vector<LabelPlace> taken_;
};

}  // namespace rn::page
