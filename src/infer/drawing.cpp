#include "infer/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include "core/text.h"
#include "infer/canvas.h"
#include "infer/label.h"

namespace rn {

std::string class_label(const std::vector<std::string>& names, int64_t label) {
  if (label >= 0 && label < static_cast<int64_t>(names.size())) {
    const std::string& name = names[static_cast<size_t>(label)];
    if (!name.empty() && can_be_shown(name)) return name;
  }
  return fmt::format("class {}", label);
}

std::vector<std::string> names_not_shown(const std::vector<std::string>& names) {
  constexpr size_t kMost = 40;  // characters
  std::vector<std::string> meanings;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty() || can_be_shown(names[i])) continue;
    meanings.push_back(fmt::format("class {} is {}", i, printable(names[i], kMost)));
  }
  return meanings;
}

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

std::vector<LabelledBox> labelled_boxes(const Detections& detections,
                                        const std::vector<std::string>& names) {
  std::vector<LabelledBox> drawn;
  std::map<int64_t, std::string> class_labels;  // of those that there are
  const int64_t count = detections.size();
  if (count == 0) return drawn;
  const auto boxes = detections.boxes.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto scores = detections.scores.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto labels = detections.labels.to(torch::kCPU, torch::kInt64).contiguous();
  for (int64_t i = 0; i < count; ++i) {
    LabelledBox box;
    std::copy_n(boxes.data_ptr<float>() + 4 * i, 4, box.box.begin());
    const int64_t label = labels.data_ptr<int64_t>()[i];
    std::string& name = class_labels[label];
    if (name.empty()) name = class_label(names, label);
    box.label = fmt::format("{} {:.0f}%", name, 100 * scores.data_ptr<float>()[i]);
    box.colour = class_colour(label);
    drawn.push_back(std::move(box));
  }
  return drawn;
}

void draw_detections(cv::Mat& image, const Detections& detections,
                     const std::vector<std::string>& names) {
  draw_boxes(image, labelled_boxes(detections, names));
}

}  // namespace rn
