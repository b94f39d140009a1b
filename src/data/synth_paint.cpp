#include "data/synth_paint.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rn {
namespace {

constexpr std::array<std::array<int, 3>, 10> kPalette = {{{233, 88, 73},      // coral
                                                          {246, 168, 44},     // amber
                                                          {250, 220, 92},     // straw
                                                          {78, 178, 108},     // leaf
                                                          {28, 160, 158},     // teal
                                                          {62, 142, 222},     // sky
                                                          {92, 92, 205},      // indigo
                                                          {160, 92, 200},     // violet
                                                          {232, 104, 160},    // rose
                                                          {247, 240, 226}}};  // cream

/// 0 at or below `low`, 1 at or above `high`, smooth between.
float smoothstep(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

cv::Rect around(const ShapePose& pose, float margin, cv::Size size) {
  const float reach = pose.radius + margin;
  const cv::Point low(cvFloor(pose.center.x - reach), cvFloor(pose.center.y - reach));
  const cv::Point high(cvCeil(pose.center.x + reach) + 1, cvCeil(pose.center.y + reach) + 1);
  return cv::Rect(low, high) & cv::Rect({0, 0}, size);
}

cv::Point2f pixel_centre(int x, int y) {
  return {static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F};
}

void paint_shadow(cv::Mat& image, Shape shape, const ShapePose& pose, const SceneLight& light) {
  const float offset = 1 + 0.09F * pose.radius;
  const float blur = 1 + 0.13F * pose.radius;
  ShapePose fallen = pose;
  fallen.center -= light.direction * offset;
  const cv::Rect area = around(fallen, blur, image.size());
  for (int y = area.y; y < area.br().y; ++y) {
    auto* row = image.ptr<cv::Vec3f>(y);
    for (int x = area.x; x < area.br().x; ++x) {
      const float distance = shape_distance(shape, fallen, pixel_centre(x, y));
      row[x] *= 1 - light.shadow * (1 - smoothstep(-blur, blur, distance));
    }
  }
}

/// How much lighter (towards white) or darker (towards black) a point of the surface is, -1..1.
float shade_at(Shape shape, const ShapePose& pose, const SceneLight& light, cv::Point2f point,
               float distance) {
  constexpr float kStep = 0.5F;
  const float bevel = std::max(1.5F, 0.2F * pose.radius);
  const float edge = std::clamp(1 + distance / bevel, 0.0F, 1.0F);
  const float dx = shape_distance(shape, pose, point + cv::Point2f(kStep, 0)) - distance;
  const float dy = shape_distance(shape, pose, point + cv::Point2f(0, kStep)) - distance;
  const float facing = (dx * light.direction.x + dy * light.direction.y) / kStep;
  const float across = (point - pose.center).dot(light.direction) / pose.radius;
  return 0.3F * facing * edge * edge + 0.14F * across;
}

}  // namespace

cv::Vec3f pick_colour(const cv::Mat& image, const ShapePose& pose, Rng& rng) {
  const cv::Rect area = around(pose, 2, image.size());
  const cv::Scalar mean = cv::mean(image(area));
  const cv::Vec3f ground(static_cast<float>(mean[0]), static_cast<float>(mean[1]),
                         static_cast<float>(mean[2]));
  constexpr double kClear = 0.45;
  cv::Vec3f best;
  double best_contrast = -1;
  for (int tries = 0; tries < 8 && best_contrast < kClear; ++tries) {
    const auto& hue = kPalette[static_cast<size_t>(rng.below(kPalette.size()))];
    const double lightness = rng.uniform(0.9, 1.06);
    cv::Vec3f colour;
    for (int c = 0; c < 3; ++c) {
      colour[c] = static_cast<float>(
          std::clamp(hue[c] / 255.0 * lightness + rng.uniform(-0.03, 0.03), 0.0, 1.0));
    }
    if (const double contrast = cv::norm(colour - ground); contrast > best_contrast) {
      best = colour;
      best_contrast = contrast;
    }
  }
  return best;
}

void paint_shape(cv::Mat& image, Shape shape, const ShapePose& pose, const cv::Vec3f& colour,
                 const SceneLight& light) {
  paint_shadow(image, shape, pose, light);
  const cv::Rect area = around(pose, 1, image.size());
  for (int y = area.y; y < area.br().y; ++y) {
    auto* row = image.ptr<cv::Vec3f>(y);
    for (int x = area.x; x < area.br().x; ++x) {
      const cv::Point2f point = pixel_centre(x, y);
      const float distance = shape_distance(shape, pose, point);
      const float coverage = shape_coverage(distance);
      if (coverage <= 0) continue;
      const float shade = shade_at(shape, pose, light, point, distance);
      const cv::Vec3f lit =
          shade > 0 ? colour + (cv::Vec3f::all(1) - colour) * shade : colour * (1 + shade);
      row[x] = row[x] * (1 - coverage) + lit * coverage;
    }
  }
}

cv::Mat finish(const cv::Mat& image, Rng& rng) {
  constexpr double kGrain = 0.009;
  cv::Mat result(image.size(), CV_8UC3);
  for (int y = 0; y < image.rows; ++y) {
    const auto* from = image.ptr<cv::Vec3f>(y);
    auto* to = result.ptr<cv::Vec3b>(y);
    for (int x = 0; x < image.cols; ++x) {
      const auto grain = static_cast<float>(kGrain * rng.normal());
      for (int c = 0; c < 3; ++c) to[x][c] = cv::saturate_cast<uchar>((from[x][c] + grain) * 255);
    }
  }
  return result;
}

}  // namespace rn
