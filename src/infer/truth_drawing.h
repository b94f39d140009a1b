#pragma once

#include <opencv2/core/mat.hpp>

#include "infer/truth.h"

namespace rn {

/// Two panels, wide pictures' above each other: the truth, objects that weren't found dashed, and
/// what was found, wrong detections dashed; each under a title that counts them. Of a picture
/// without truth one panel, whose title says why.
/// @param picture RGB, 8 bit
cv::Mat draw_beside_truth(const cv::Mat& picture, const Detections& detections,
                          const PictureTruth& picture_truth, const TruthMatch& match,
                          const Truth& truth);

/// A picture without labels that would hide it is enlarged by a whole number.
/// @return that number for a picture of this size, 1 to 4
int enlargement(const cv::Size& size);

/// A copy of that many times the size.
cv::Mat enlarged(const cv::Mat& picture, int factor);

}  // namespace rn
