#pragma once

#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "infer/canvas.h"
#include "infer/detections.h"

namespace rn {

/// The colour of a class, RGB: the same in every picture and every run. Hues are a golden angle
/// apart in OKLCH (Ottosson 2020), so that neighbouring classes differ and none outshines another.
cv::Vec3b class_colour(int64_t label);

/// A class without a name, or whose name no font here has all letters of, is called by its index.
std::string class_label(const std::vector<std::string>& names, int64_t label);

/// What the classes are that are called by their indices though they have names: "class 0 is 猫".
std::vector<std::string> names_not_shown(const std::vector<std::string>& names);

/// The boxes with class and score in percent, in the order of the detections, none dashed.
/// @param names of the classes; a class beyond the list is called by its index
std::vector<LabelledBox> labelled_boxes(const Detections& detections,
                                        const std::vector<std::string>& names);

/// Draws them as draw_boxes does.
/// @param image CV_8UC3, RGB; changed in place
/// @param detections boxes in the frame of `image`
void draw_detections(cv::Mat& image, const Detections& detections,
                     const std::vector<std::string>& names);

}  // namespace rn
