#include "infer/canvas.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "core/error.h"
#include "infer/label.h"

namespace rn {
namespace {

const cv::Vec3b kTitleGround(32, 34, 38);

int line_width_for(const cv::Size& size) {
  const double side = std::sqrt(static_cast<double>(size.width) * size.height);
  return std::max(1, cvRound(side / 340));
}

/// At least one pixel, inside the picture; empty if the box is not finite.
cv::Rect pixel_rect(const std::array<float, 4>& box, const cv::Size& size) {
  if (!std::all_of(box.begin(), box.end(), [](float v) { return std::isfinite(v); })) return {};
  const auto pixel = [](float v, int last) {
    return cvRound(std::clamp(v, 0.0F, static_cast<float>(last)));
  };
  const cv::Point low(pixel(box[0], size.width - 1), pixel(box[1], size.height - 1));
  const cv::Point high(std::max(low.x + 1, pixel(box[2], size.width)),
                       std::max(low.y + 1, pixel(box[3], size.height)));
  return {low, high};
}

/// Along a side of a frame: the side, or every other piece of it.
void fill_side(cv::Mat& image, const cv::Rect& side, const cv::Vec3b& paint, int dash) {
  const cv::Rect frame({0, 0}, image.size());
  const bool is_level = side.width >= side.height;
  const int length = is_level ? side.width : side.height;
  for (int begin = 0; begin < length; begin += dash == 0 ? length : 2 * dash) {
    const int piece = dash == 0 ? length : std::min(dash, length - begin);
    const cv::Rect part = is_level ? cv::Rect(side.x + begin, side.y, piece, side.height)
                                   : cv::Rect(side.x, side.y + begin, side.width, piece);
    const cv::Rect visible = part & frame;
    if (!visible.empty()) image(visible).setTo(cv::Scalar(paint));
  }
}

void fill_ring(cv::Mat& image, const cv::Rect& outer, int thickness, const cv::Vec3b& paint,
               int dash) {
  const int t = std::min({thickness, (outer.width + 1) / 2, (outer.height + 1) / 2});
  fill_side(image, {outer.x, outer.y, outer.width, t}, paint, dash);
  fill_side(image, {outer.x, outer.br().y - t, outer.width, t}, paint, dash);
  fill_side(image, {outer.x, outer.y, t, outer.height}, paint, dash);
  fill_side(image, {outer.br().x - t, outer.y, t, outer.height}, paint, dash);
}

/// The first text that is narrow enough, or the last one, cut.
cv::Mat fitting_label(const std::vector<std::string>& texts, int height, int width) {
  cv::Mat mask;
  for (const std::string& text : texts) {
    mask = render_label(text, height);
    if (mask.cols <= width) return mask;
  }
  return mask.colRange(0, width);
}

}  // namespace

void draw_frame(cv::Mat& image, const cv::Rect& rect, const cv::Vec3b& colour, int width,
                bool is_dashed) {
  const int halo = std::max(1, width / 3);
  const int shorter = std::min(rect.width, rect.height);
  // At least two dashes to a side: on smaller boxes they would look like a frame.
  const int dash = is_dashed ? std::max(1, std::min(5 * width, shorter / 4)) : 0;
  if (shorter > 4 * width) {
    const cv::Rect around(rect.x - halo, rect.y - halo, rect.width + 2 * halo,
                          rect.height + 2 * halo);
    fill_ring(image, around, is_dashed ? width + 2 * halo : halo, colour * 0.3, 0);
  }
  fill_ring(image, rect, width, colour, dash);
}

void draw_label(cv::Mat& image, const cv::Mat& mask, const cv::Point& place,
                const cv::Vec3b& colour) {
  const cv::Vec3b ink = contrast_colour(colour);
  const cv::Rect visible = cv::Rect(place, mask.size()) & cv::Rect({0, 0}, image.size());
  for (int y = visible.y; y < visible.br().y; ++y) {
    auto* row = image.ptr<cv::Vec3b>(y);
    const auto* alpha = mask.ptr<uchar>(y - place.y);
    for (int x = visible.x; x < visible.br().x; ++x) {
      const double a = alpha[x - place.x] / 255.0;
      for (int c = 0; c < 3; ++c) {
        row[x][c] = cv::saturate_cast<uchar>(a * ink[c] + (1 - a) * colour[c]);
      }
    }
  }
}

int label_height_for(const cv::Size& size) {
  const double side = std::sqrt(static_cast<double>(size.width) * size.height);
  return std::max(15, cvRound(side / 42));
}

void draw_boxes(cv::Mat& image, const std::vector<LabelledBox>& boxes) {
  RN_CHECK(image.empty() || image.type() == CV_8UC3, "type {}", image.type());
  if (image.empty()) return;
  std::vector<cv::Rect> rects;
  for (const LabelledBox& box : boxes) rects.push_back(pixel_rect(box.box, image.size()));
  std::vector<size_t> by_area(boxes.size());
  std::iota(by_area.begin(), by_area.end(), size_t{0});
  std::stable_sort(by_area.begin(), by_area.end(),
                   [&](size_t a, size_t b) { return rects[a].area() > rects[b].area(); });
  const int line = line_width_for(image.size());
  for (const size_t i : by_area) {
    if (rects[i].empty()) continue;
    // Of a small object something must be left to see.
    const int width = std::clamp(std::min(rects[i].width, rects[i].height) / 6, 1, line);
    draw_frame(image, rects[i], boxes[i].colour, width, boxes[i].is_dashed);
  }

  const int height = label_height_for(image.size());
  if (height * 3 > image.rows) return;
  std::vector<cv::Rect> placed;
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (rects[i].empty() || boxes[i].label.empty()) continue;
    const cv::Mat mask = render_label(boxes[i].label, height);
    if (mask.cols > image.cols) continue;
    placed.push_back(place_label(mask.size(), rects[i], image.size(), placed));
    draw_label(image, mask, placed.back().tl(), boxes[i].colour);
  }
}

cv::Mat with_title(const cv::Mat& image, const std::vector<std::string>& titles, int height) {
  const int bar = height * 3 / 2;
  cv::Mat canvas(image.rows + bar, image.cols, CV_8UC3, cv::Scalar(kTitleGround));
  image.copyTo(canvas.rowRange(bar, canvas.rows));
  draw_label(canvas, fitting_label(titles, height, image.cols), {0, (bar - height) / 2},
             kTitleGround);
  return canvas;
}

cv::Mat beside(const cv::Mat& first, const cv::Mat& second) {
  RN_CHECK(first.size() == second.size(), "two sizes");
  const bool is_wide = first.cols > first.rows * 3 / 2;
  const int gap = std::max(2, line_width_for(first.size()) * 2);
  const cv::Size size = is_wide ? cv::Size(first.cols, 2 * first.rows + gap)
                                : cv::Size(2 * first.cols + gap, first.rows);
  const cv::Point second_place =
      is_wide ? cv::Point(0, first.rows + gap) : cv::Point(first.cols + gap, 0);
  cv::Mat canvas(size, CV_8UC3, cv::Scalar(kTitleGround));
  first.copyTo(canvas(cv::Rect({0, 0}, first.size())));
  second.copyTo(canvas(cv::Rect(second_place, second.size())));
  return canvas;
}

}  // namespace rn
