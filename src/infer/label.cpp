#include "infer/label.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>

namespace rn {
namespace {

/// WCAG 2's relative luminance of an sRGB colour.
double luminance(const cv::Vec3b& colour) {
  const auto linear = [](uchar value) {
    const double c = value / 255.0;
    return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

/// Moves a rectangle into the frame; one that is larger keeps its left and upper edge inside.
cv::Rect moved_inside(cv::Rect rect, const cv::Size& frame) {
  rect.x = std::max(0, std::min(rect.x, frame.width - rect.width));
  rect.y = std::max(0, std::min(rect.y, frame.height - rect.height));
  return rect;
}

}  // namespace

cv::Rect place_label(const cv::Size& label, const cv::Rect& box, const cv::Size& frame,
                     const std::vector<cv::Rect>& placed) {
  const int left = box.x;
  const int right = box.br().x - label.width;
  const int above = box.y - label.height;
  const int below = box.br().y;
  const std::array places = {cv::Point(left, above),
                             cv::Point(right, above),
                             cv::Point(left, below),
                             cv::Point(right, below),
                             cv::Point(left, box.y),
                             cv::Point(right, box.y),
                             cv::Point(left, below - label.height),
                             cv::Point(right, below - label.height)};
  cv::Rect best;
  double best_cost = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    const cv::Rect wanted(places[i], label);
    const cv::Rect rect = moved_inside(wanted, frame);
    // Covering another label is worst; being pushed away from its own place, next; then order.
    double cost = static_cast<double>(i) + 2.0 * cv::norm(rect.tl() - wanted.tl());
    for (const cv::Rect& other : placed) cost += 10.0 * (rect & other).area();
    if (i == 0 || cost < best_cost) {
      best = rect;
      best_cost = cost;
    }
  }
  return best;
}

cv::Vec3b contrast_colour(const cv::Vec3b& background) {
  // The contrast ratios with white and black are (1.05)/(L+.05) and (L+.05)/.05.
  const double l = luminance(background) + 0.05;
  return 1.05 / l > l / 0.05 ? cv::Vec3b(255, 255, 255) : cv::Vec3b(0, 0, 0);
}

}  // namespace rn
