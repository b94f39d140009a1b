#pragma once

#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

namespace rn {

/// Whether the fonts of this machine have all its letters.
bool can_be_shown(const std::string& text);

/// A label's text, one line of any script, as an alpha mask with its margin, CV_8U: what is 255 is
/// ink. Bytes that aren't UTF-8 and control characters are replaced.
/// @param height of the whole label in pixels
cv::Mat render_label(const std::string& text, int height);

/// A place for a label beside its box: above, below or inside, wherever it hides least of the
/// labels already placed; ties go to the usual place, above the box's left corner.
/// @return a rectangle of that size, moved so as to lie inside the frame if it fits at all
cv::Rect place_label(const cv::Size& label, const cv::Rect& box, const cv::Size& frame,
                     const std::vector<cv::Rect>& placed);

/// Black or white, whichever can be read better on the colour (RGB).
cv::Vec3b contrast_colour(const cv::Vec3b& background);

}  // namespace rn
