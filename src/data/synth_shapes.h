#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "core/category.h"

namespace rn {

enum class Shape { kDisc, kSquare, kTriangle, kStar, kRing, kCross };

/// A class of the embedded data set.
struct ShapeClass {
  Shape shape;
  Category category;  ///< ids have gaps, as in COCO
  double frequency;   ///< share of all objects; strongly unequal on purpose
  double min_side;    ///< pixels; smaller ones could not be told from another shape
};

/// Ascending ids; descending frequencies that add up to 1.
const std::vector<ShapeClass>& shape_classes();

/// Where a shape lies: `center` in pixels, `radius` of the circle around it, `angle` in radians.
struct ShapePose {
  cv::Point2f center;
  float radius = 0;
  float angle = 0;
};

/// Signed distance in pixels of a point from the outline of a shape; negative inside.
float shape_distance(Shape shape, const ShapePose& pose, cv::Point2f point);

/// How much of the pixel [x, x+1) x [y, y+1) an outline at that distance covers, 0..1: an
/// anti-aliased edge one pixel wide.
float shape_coverage(float distance);

}  // namespace rn
