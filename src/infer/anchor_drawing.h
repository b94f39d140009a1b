#pragma once

#include <opencv2/core/mat.hpp>

#include "data/preprocess.h"
#include "model/summary.h"

namespace rn {

/// The picture as the network reads it, padding included, RGB, 8 bit.
/// @param input of one picture, made by make_input with this config
cv::Mat seen_by_network(const InputImages& input, const PreprocessConfig& config);

/// A panel for each pyramid level: the picture, a dot at the centre of each cell and, in a colour
/// for each aspect ratio, all anchors of the cell in the middle; a last panel explains them.
/// @param picture as the network reads it
/// @param model summarized for this size
cv::Mat draw_anchors(const cv::Mat& picture, const ModelSummary& model, const AnchorConfig& config);

}  // namespace rn
