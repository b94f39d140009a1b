#include "infer/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "core/error.h"
#include "infer/label.h"

namespace rn {
namespace {

struct DrawnBox {
  cv::Rect rect;
  std::string label;
  cv::Vec3b colour;
};

struct Style {
  int line;          // width of a frame
  int label_height;  // 0: the picture is too small for labels
};

Style style_for(const cv::Size& size) {
  const double side = std::sqrt(static_cast<double>(size.width) * size.height);
  const int label = std::max(15, cvRound(side / 42));
  return {std::max(1, cvRound(side / 340)), label * 3 <= size.height ? label : 0};
}

std::string label_text(const std::vector<std::string>& names, int64_t label, double score) {
  std::string name;
  if (label >= 0 && label < static_cast<int64_t>(names.size())) {
    name = printable_ascii(names[static_cast<size_t>(label)]);
  }
  // A name in another script would be nothing but question marks.
  if (name.find_first_not_of("? ") == std::string::npos) name = fmt::format("class {}", label);
  return fmt::format("{} {:.0f}%", name, 100 * score);
}

/// At least one pixel, inside the picture; empty if the box is not finite.
cv::Rect pixel_rect(const float* box, const cv::Size& size) {
  if (!std::all_of(box, box + 4, [](float v) { return std::isfinite(v); })) return {};
  const auto pixel = [](float v, int last) {
    return cvRound(std::clamp(v, 0.0F, static_cast<float>(last)));
  };
  const cv::Point low(pixel(box[0], size.width - 1), pixel(box[1], size.height - 1));
  const cv::Point high(std::max(low.x + 1, pixel(box[2], size.width)),
                       std::max(low.y + 1, pixel(box[3], size.height)));
  return {low, high};
}

/// In the order of the detections.
std::vector<DrawnBox> to_drawn(const Detections& detections, const cv::Size& size,
                               const std::vector<std::string>& names) {
  std::vector<DrawnBox> drawn;
  const int64_t count = detections.size();
  if (count == 0) return drawn;
  const auto boxes = detections.boxes.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto scores = detections.scores.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto labels = detections.labels.to(torch::kCPU, torch::kInt64).contiguous();
  for (int64_t i = 0; i < count; ++i) {
    const cv::Rect rect = pixel_rect(boxes.data_ptr<float>() + 4 * i, size);
    if (rect.empty()) continue;
    const int64_t label = labels.data_ptr<int64_t>()[i];
    drawn.push_back(
        {rect, label_text(names, label, scores.data_ptr<float>()[i]), class_colour(label)});
  }
  return drawn;
}

/// A frame of that width inside the rectangle's edge, with a thin dark line on either side so that
/// it shows on any ground.
void draw_frame(cv::Mat& image, const cv::Rect& rect, const cv::Vec3b& colour, int width) {
  const auto fill_ring = [&](const cv::Rect& outer, int thickness, const cv::Vec3b& paint) {
    const cv::Rect frame({0, 0}, image.size());
    const int t = std::min({thickness, (outer.width + 1) / 2, (outer.height + 1) / 2});
    const std::array sides = {cv::Rect(outer.x, outer.y, outer.width, t),
                              cv::Rect(outer.x, outer.br().y - t, outer.width, t),
                              cv::Rect(outer.x, outer.y, t, outer.height),
                              cv::Rect(outer.br().x - t, outer.y, t, outer.height)};
    for (const cv::Rect& side : sides) image(side & frame).setTo(cv::Scalar(paint));
  };
  const int halo = std::max(1, width / 3);
  if (std::min(rect.width, rect.height) > 4 * width) {
    const cv::Rect around(rect.x - halo, rect.y - halo, rect.width + 2 * halo,
                          rect.height + 2 * halo);
    fill_ring(around, halo, colour * 0.3);
  }
  fill_ring(rect, width, colour);
}

void draw_label(cv::Mat& image, const cv::Mat& mask, const cv::Rect& place,
                const cv::Vec3b& colour) {
  const cv::Vec3b ink = contrast_colour(colour);
  const cv::Rect visible = place & cv::Rect({0, 0}, image.size());
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

}  // namespace

cv::Vec3b class_colour(int64_t label) {
  const double golden_angle = std::numbers::pi * (3 - std::sqrt(5.0));
  const auto index = static_cast<double>(label);
  const double hue = 0.5 + index * golden_angle;
  // Neighbours also differ in lightness: hues repeat nearly after some tens of classes.
  constexpr std::array kLightness = {0.74, 0.66, 0.82};
  const double lightness = kLightness[static_cast<size_t>(((label % 3) + 3) % 3)];
  constexpr double kChroma = 0.155;
  const double a = kChroma * std::cos(hue);
  const double b = kChroma * std::sin(hue);
  // OKLab to linear sRGB: the constants of https://bottosson.github.io/posts/oklab/
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  const std::array linear = {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
                             -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
                             -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
  cv::Vec3b colour;
  for (int c = 0; c < 3; ++c) {
    const double v = std::clamp(linear[static_cast<size_t>(c)], 0.0, 1.0);
    const double encoded = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
    colour[c] = cv::saturate_cast<uchar>(255 * encoded);
  }
  return colour;
}

void draw_detections(cv::Mat& image, const Detections& detections,
                     const std::vector<std::string>& names) {
  RN_CHECK(image.empty() || image.type() == CV_8UC3, "type {}", image.type());
  if (image.empty()) return;
  const Style style = style_for(image.size());
  const std::vector<DrawnBox> drawn = to_drawn(detections, image.size(), names);

  std::vector<size_t> by_area(drawn.size());
  std::iota(by_area.begin(), by_area.end(), size_t{0});
  std::stable_sort(by_area.begin(), by_area.end(),
                   [&](size_t a, size_t b) { return drawn[a].rect.area() > drawn[b].rect.area(); });
  for (const size_t i : by_area) draw_frame(image, drawn[i].rect, drawn[i].colour, style.line);

  if (style.label_height == 0) return;
  // Best score first: it gets the best place.
  std::vector<cv::Rect> placed;
  for (const DrawnBox& box : drawn) {
    const cv::Mat mask = render_label(box.label, style.label_height);
    if (mask.cols > image.cols) continue;
    placed.push_back(place_label(mask.size(), box.rect, image.size(), placed));
    draw_label(image, mask, placed.back(), box.colour);
  }
}

}  // namespace rn
