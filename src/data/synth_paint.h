#pragma once

#include <opencv2/core.hpp>

#include "core/random.h"
#include "data/synth_shapes.h"

namespace rn {

/// Light and finish that the objects of a scene share.
struct SceneLight {
  cv::Point2f direction;  ///< towards the light, length 1, in the image plane
  float shadow = 0.4F;    ///< darkness of a shadow, 0..1
};

/// A lively colour that stands out from the ground under the shape. RGB in 0..1.
cv::Vec3f pick_colour(const cv::Mat& image, const ShapePose& pose, Rng& rng);

/// Paints a shape with a soft shadow, a bevelled edge and anti-aliased outline.
/// @param image CV_32FC3, RGB in 0..1
void paint_shape(cv::Mat& image, Shape shape, const ShapePose& pose, const cv::Vec3f& colour,
                 const SceneLight& light);

/// Film grain, then rounding to CV_8UC3.
cv::Mat finish(const cv::Mat& image, Rng& rng);

}  // namespace rn
