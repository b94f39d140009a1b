#pragma once

#include <opencv2/core.hpp>

#include "core/random.h"

namespace rn {

/// A muted, textured ground without objects: a gradient of two colours, noise of several octaves,
/// soft blobs and thin lines that a detector must learn to pass over, a vignette.
/// @return CV_32FC3, RGB in 0..1
cv::Mat draw_background(cv::Size size, Rng& rng);

}  // namespace rn
