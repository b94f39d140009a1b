#include "data/synth_shapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

namespace rn {
namespace {

using Polygon = std::vector<cv::Point2f>;

constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kRounding = 0.07F;   // radius of the corners, in units of the shape's radius
constexpr float kRingWidth = 0.34F;  // of the band, in the same unit

/// Corners on circles of alternating radii; `radii` of one element gives a regular polygon.
Polygon polygon_on_circles(int corners, std::span<const float> radii) {
  Polygon polygon;
  for (int i = 0; i < corners; ++i) {
    const float angle = 2 * kPi * static_cast<float>(i) / static_cast<float>(corners) - kPi / 2;
    const float radius = radii[static_cast<size_t>(i) % radii.size()] - kRounding;
    polygon.emplace_back(radius * std::cos(angle), radius * std::sin(angle));
  }
  return polygon;
}

Polygon cross_polygon() {
  constexpr float kArm = 0.25F;  // half the width of an arm
  const float end = std::sqrt(1 - kArm * kArm) - kRounding;
  const float arm = kArm;
  return {{-arm, -end}, {arm, -end}, {arm, -arm}, {end, -arm}, {end, arm},   {arm, arm},
          {arm, end},   {-arm, end}, {-arm, arm}, {-end, arm}, {-end, -arm}, {-arm, -arm}};
}

const Polygon& unit_polygon(Shape shape) {
  static const Polygon square = polygon_on_circles(4, std::array{1.0F});
  static const Polygon triangle = polygon_on_circles(3, std::array{1.0F});
  static const Polygon star = polygon_on_circles(10, std::array{1.0F, 0.5F});
  static const Polygon cross = cross_polygon();
  switch (shape) {
    case Shape::kSquare:
      return square;
    case Shape::kTriangle:
      return triangle;
    case Shape::kStar:
      return star;
    default:
      return cross;
  }
}

/// Distance from the nearest edge, negative where a ray to the right crosses the outline an odd
/// number of times.
float polygon_distance(const Polygon& polygon, cv::Point2f p) {
  float nearest = std::numeric_limits<float>::max();
  bool inside = false;
  for (size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const cv::Point2f edge = polygon[j] - polygon[i];
    const cv::Point2f to_point = p - polygon[i];
    const float along = std::clamp(to_point.dot(edge) / edge.dot(edge), 0.0F, 1.0F);
    const cv::Point2f offset = to_point - edge * along;
    nearest = std::min(nearest, offset.dot(offset));
    if ((polygon[i].y > p.y) != (polygon[j].y > p.y) &&
        p.x < edge.x * (p.y - polygon[i].y) / edge.y + polygon[i].x) {
      inside = !inside;
    }
  }
  return inside ? -std::sqrt(nearest) : std::sqrt(nearest);
}

}  // namespace

const std::vector<ShapeClass>& shape_classes() {
  static const std::vector<ShapeClass> classes = {
      {Shape::kDisc, {1, "disc"}, 0.42, 8},          {Shape::kSquare, {2, "square"}, 0.25, 9},
      {Shape::kTriangle, {3, "triangle"}, 0.15, 10}, {Shape::kStar, {5, "star"}, 0.09, 14},
      {Shape::kRing, {8, "ring"}, 0.055, 12},        {Shape::kCross, {13, "cross"}, 0.035, 12}};
  return classes;
}

float shape_distance(Shape shape, const ShapePose& pose, cv::Point2f point) {
  const cv::Point2f offset = (point - pose.center) / pose.radius;
  if (shape == Shape::kDisc) return (std::hypot(offset.x, offset.y) - 1) * pose.radius;
  if (shape == Shape::kRing) {
    const float middle = 1 - kRingWidth / 2;
    return (std::abs(std::hypot(offset.x, offset.y) - middle) - kRingWidth / 2) * pose.radius;
  }
  const float c = std::cos(pose.angle);
  const float s = std::sin(pose.angle);
  const cv::Point2f turned(c * offset.x + s * offset.y, c * offset.y - s * offset.x);
  return (polygon_distance(unit_polygon(shape), turned) - kRounding) * pose.radius;
}

float shape_coverage(float distance) { return std::clamp(0.5F - distance, 0.0F, 1.0F); }

}  // namespace rn
