#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>

#include "core/error.h"

namespace rn {
namespace {

float area_of(const XyxyBox& box) { return (box[2] - box[0]) * (box[3] - box[1]); }

XyxyBox clipped(const XyxyBox& box, float width, float height) {
  return {std::clamp(box[0], 0.0F, width), std::clamp(box[1], 0.0F, height),
          std::clamp(box[2], 0.0F, width), std::clamp(box[3], 0.0F, height)};
}

template <class Map>
ObjectLabels map_boxes(ObjectLabels objects, Map map) {
  for (XyxyBox& box : objects.boxes) box = map(box);
  for (XyxyBox& box : objects.crowds) box = map(box);
  return objects;
}

/// The part of a box that is seen in a window of that size, if it is enough of it.
std::optional<XyxyBox> visible_part(const XyxyBox& box, const cv::Rect& window,
                                    double min_visible) {
  const auto x = static_cast<float>(window.x);
  const auto y = static_cast<float>(window.y);
  const XyxyBox seen = clipped({box[0] - x, box[1] - y, box[2] - x, box[3] - y},
                               static_cast<float>(window.width), static_cast<float>(window.height));
  if (!(seen[2] > seen[0] && seen[3] > seen[1])) return std::nullopt;
  if (area_of(seen) < min_visible * area_of(box)) return std::nullopt;
  return seen;
}

/// Position and side of the window along one axis; negative where the canvas grows.
std::pair<int, int> window_span(int side, double zoom, double position) {
  const int span = std::max(1, static_cast<int>(std::lround(side / zoom)));
  return {static_cast<int>(std::lround(position * (side - span))), span};
}

const cv::Matx33d kRgbToYiq(0.299, 0.587, 0.114,    //
                            0.596, -0.274, -0.322,  //
                            0.211, -0.523, 0.312);

/// ITU-R BT.601 luma.
double luma(const cv::Scalar& rgb) {
  return kRgbToYiq(0, 0) * rgb[0] + kRgbToYiq(0, 1) * rgb[1] + kRgbToYiq(0, 2) * rgb[2];
}

cv::Matx33d saturation_matrix(double factor) {
  cv::Matx33d matrix = cv::Matx33d::eye() * factor;
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      matrix(row, column) += (1.0 - factor) * kRgbToYiq(0, column);
    }
  }
  return matrix;
}

cv::Matx33d hue_matrix(double shift) {
  const double angle = 2.0 * std::numbers::pi * shift;
  const cv::Matx33d turn(1, 0, 0,                               //
                         0, std::cos(angle), -std::sin(angle),  //
                         0, std::sin(angle), std::cos(angle));
  return kRgbToYiq.inv() * turn * kRgbToYiq;
}

}  // namespace

void check_augmentation(const AugmentConfig& config) {
  const auto& jitter = config.scale_jitter;
  if (jitter.empty() || (jitter.size() == 2 && jitter[0] <= jitter[1])) return;
  fail("data.augment.scale_jitter: found [{}], expected [low, high] or []",
       fmt::join(jitter, ", "));
}

AugmentChoice draw_augmentation(const AugmentConfig& config, uint64_t seed, int64_t epoch,
                                int64_t sample_index) {
  Rng rng(seed, static_cast<uint64_t>(epoch), static_cast<uint64_t>(sample_index));
  const auto factor = [&rng](double strength) { return rng.uniform(1 - strength, 1 + strength); };
  AugmentChoice choice;
  choice.flip_horizontal = rng.chance(config.horizontal_flip);
  choice.flip_vertical = rng.chance(config.vertical_flip);
  const bool turn = rng.chance(config.rotate90);
  const int64_t turns = rng.between(1, 3);
  if (turn) choice.quarter_turns = turns;
  const double which_side = rng.uniform();
  if (!config.short_sides.empty()) {
    const auto count = static_cast<double>(config.short_sides.size());
    choice.short_side = config.short_sides[static_cast<size_t>(which_side * count)];
  }
  const double zoom = rng.uniform();
  if (!config.scale_jitter.empty()) {
    // Uniform in the logarithm: half as large is as likely as twice as large.
    const double low = config.scale_jitter[0];
    choice.zoom = low * std::pow(config.scale_jitter[1] / low, zoom);
  }
  choice.window_x = rng.uniform();
  choice.window_y = rng.uniform();
  choice.brightness = factor(config.brightness);
  choice.contrast = factor(config.contrast);
  choice.saturation = factor(config.saturation);
  choice.hue = rng.uniform(-config.hue, config.hue);
  return choice;
}

Sample rotate_quarter(const Sample& sample, int64_t quarter_turns) {
  if (quarter_turns == 0) return sample;
  RN_CHECK(quarter_turns > 0 && quarter_turns < 4, "quarter_turns {}", quarter_turns);
  Sample turned{{}, sample.objects, sample.image_id};
  cv::rotate(sample.image, turned.image, static_cast<int>(quarter_turns) - 1);
  static_assert(cv::ROTATE_90_CLOCKWISE == 0 && cv::ROTATE_90_COUNTERCLOCKWISE == 2);
  auto height = static_cast<float>(sample.image.rows);
  auto width = static_cast<float>(sample.image.cols);
  for (int64_t turn = 0; turn < quarter_turns; ++turn) {
    turned.objects = map_boxes(std::move(turned.objects), [height](const XyxyBox& box) {
      return XyxyBox{height - box[3], box[0], height - box[1], box[2]};
    });
    std::swap(height, width);
  }
  return turned;
}

Sample flip(const Sample& sample, bool horizontal, bool vertical) {
  if (!horizontal && !vertical) return sample;
  Sample flipped{{}, sample.objects, sample.image_id};
  const int mode = horizontal ? (vertical ? -1 : 1) : 0;
  cv::flip(sample.image, flipped.image, mode);
  const auto width = static_cast<float>(sample.image.cols);
  const auto height = static_cast<float>(sample.image.rows);
  flipped.objects = map_boxes(std::move(flipped.objects), [&](XyxyBox box) {
    if (horizontal) box = {width - box[2], box[1], width - box[0], box[3]};
    if (vertical) box = {box[0], height - box[3], box[2], height - box[1]};
    return box;
  });
  return flipped;
}

Sample zoom_window(const Sample& sample, double zoom, double window_x, double window_y,
                   double min_visible, const cv::Scalar& fill) {
  if (zoom == 1.0) return sample;
  const auto [x, width] = window_span(sample.image.cols, zoom, window_x);
  const auto [y, height] = window_span(sample.image.rows, zoom, window_y);
  const cv::Rect window(x, y, width, height);

  Sample zoomed{{}, {}, sample.image_id};
  const cv::Rect seen = window & cv::Rect(0, 0, sample.image.cols, sample.image.rows);
  if (seen == window) {
    zoomed.image = sample.image(window);
  } else {
    zoomed.image = cv::Mat(window.size(), sample.image.type(), fill);
    sample.image(seen).copyTo(zoomed.image(seen - window.tl()));
  }
  for (size_t i = 0; i < sample.objects.boxes.size(); ++i) {
    if (const auto box = visible_part(sample.objects.boxes[i], window, min_visible)) {
      zoomed.objects.boxes.push_back(*box);
      zoomed.objects.labels.push_back(sample.objects.labels[i]);
    }
  }
  for (const XyxyBox& crowd : sample.objects.crowds) {
    if (const auto box = visible_part(crowd, window, 0)) zoomed.objects.crowds.push_back(*box);
  }
  return zoomed;
}

cv::Mat jitter_colour(const cv::Mat& image, double brightness, double contrast, double saturation,
                      double hue) {
  if (brightness == 1.0 && contrast == 1.0 && saturation == 1.0 && hue == 0.0) return image;
  const cv::Matx33d linear =
      hue_matrix(hue) * saturation_matrix(saturation) * (brightness * contrast);
  // Contrast turns about the mean grey; a grey offset passes saturation and hue unchanged.
  double offset = 0;
  if (contrast != 1.0) offset = (1.0 - contrast) * brightness * luma(cv::mean(image));
  const cv::Matx34d map(linear(0, 0), linear(0, 1), linear(0, 2), offset,  //
                        linear(1, 0), linear(1, 1), linear(1, 2), offset,  //
                        linear(2, 0), linear(2, 1), linear(2, 2), offset);
  cv::Mat changed;
  cv::transform(image, changed, map);
  return changed;
}

Sample augment(const Sample& sample, const AugmentChoice& choice, double min_visible,
               const std::vector<double>& mean) {
  RN_CHECK(mean.size() == 3, "mean of {} channels", mean.size());
  const cv::Scalar fill(255 * mean[0], 255 * mean[1], 255 * mean[2]);
  Sample result = rotate_quarter(sample, choice.quarter_turns);
  result = flip(result, choice.flip_horizontal, choice.flip_vertical);
  result.image = jitter_colour(result.image, choice.brightness, choice.contrast, choice.saturation,
                               choice.hue);
  // Last: the margin keeps the fill colour, and the colours are those of the whole picture.
  return zoom_window(result, choice.zoom, choice.window_x, choice.window_y, min_visible, fill);
}

}  // namespace rn
