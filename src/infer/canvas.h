#pragma once

#include <array>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

namespace rn {

/// A box and what is written beside it.
struct LabelledBox {
  std::array<float, 4> box{};  ///< xyxy in pixels of the canvas; not drawn if it is not finite
  std::string label;           ///< empty: none
  cv::Vec3b colour;            ///< RGB
  bool is_dashed = false;
};

/// Draws a frame around each box and its label. Widths follow the size of the picture; small boxes
/// lie on top of large ones; labels stay inside the picture and off each other where there is room,
/// those of the first boxes in the best places, and are left out of pictures too small for them.
/// @param image CV_8UC3, RGB; changed in place
void draw_boxes(cv::Mat& image, const std::vector<LabelledBox>& boxes);

/// A frame of that width inside the rectangle's edge, with a thin dark line on either side so that
/// it shows on any ground; what is outside the picture is left out.
void draw_frame(cv::Mat& image, const cv::Rect& rect, const cv::Vec3b& colour, int width,
                bool is_dashed = false);

/// Text on a ground of that colour, in black or white. @param mask made by render_label
void draw_label(cv::Mat& image, const cv::Mat& mask, const cv::Point& place,
                const cv::Vec3b& colour);

/// Pixels of the height of a label on a picture of that size.
int label_height_for(const cv::Size& size);

/// A copy under a line of text.
/// @param height of the text in pixels, as that of labels
/// @param titles the first one that is narrow enough is taken; if none is, the last one is cut
cv::Mat with_title(const cv::Mat& image, const std::vector<std::string>& titles, int height);

/// Two pictures of one size beside each other, wide ones above each other.
cv::Mat beside(const cv::Mat& first, const cv::Mat& second);

}  // namespace rn
