#include "infer/anchor_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "infer/canvas.h"
#include "infer/drawing.h"
#include "infer/label.h"

namespace rn {
namespace {

constexpr int kPanelSide = 680;  // pixels of a panel's longer side
constexpr int kTextHeight = 24;
const cv::Vec3b kGround(246, 246, 244);
const cv::Vec3b kMarginGround(214, 216, 220);

/// Anchors of the middle cell, in pixels of the network's input.
struct MiddleCell {
  double x, y;
  std::vector<cv::Rect2d> anchors;
};

MiddleCell middle_cell(const LevelSummary& level, const AnchorConfig& config,
                       const ImageSize& input, size_t number) {
  const CellStride stride = cell_stride(config.stride, number, level.cells, input);
  MiddleCell cell{static_cast<double>(level.cells.width / 2) * stride.x,
                  static_cast<double>(level.cells.height / 2) * stride.y,
                  {}};
  for (const auto& [width, height] : level.anchors) {
    cell.anchors.emplace_back(cell.x - width / 2, cell.y - height / 2, width, height);
  }
  return cell;
}

/// How a panel shows the input: enlarged or not, with a margin for anchors that leave the picture.
struct PanelFrame {
  double scale;
  int margin_x, margin_y;  ///< pixels of the panel
  cv::Size size;
  cv::Rect place(const cv::Rect2d& box) const {
    const cv::Point low(cvRound(margin_x + scale * box.x), cvRound(margin_y + scale * box.y));
    const cv::Point high(cvRound(margin_x + scale * (box.x + box.width)),
                         cvRound(margin_y + scale * (box.y + box.height)));
    return {low, high};
  }
};

/// The same for all panels, so that the levels can be compared.
PanelFrame frame_for(const cv::Size& picture, const std::vector<MiddleCell>& cells) {
  constexpr double kMostMargin = 0.35;  // of the picture's side
  double beyond_x = 0, beyond_y = 0;
  for (const MiddleCell& cell : cells) {
    for (const cv::Rect2d& box : cell.anchors) {
      beyond_x = std::max({beyond_x, -box.x, box.br().x - picture.width});
      beyond_y = std::max({beyond_y, -box.y, box.br().y - picture.height});
    }
  }
  beyond_x = std::min(1.05 * beyond_x, kMostMargin * picture.width);
  beyond_y = std::min(1.05 * beyond_y, kMostMargin * picture.height);
  const double width = picture.width + 2 * beyond_x, height = picture.height + 2 * beyond_y;
  const double scale = kPanelSide / std::max(width, height);
  return {scale, cvRound(scale * beyond_x), cvRound(scale * beyond_y),
          cv::Size(std::max(cvRound(scale * width), kPanelSide / 2),
                   std::max(cvRound(scale * height), kPanelSide / 4))};
}

void draw_cells(cv::Mat& panel, const PanelFrame& frame, const LevelSummary& level,
                const CellStride& stride) {
  constexpr double kNearest = 8;  // pixels of the panel: nearer dots would be a grey area
  if (frame.scale * std::min(stride.x, stride.y) < kNearest) return;
  for (int64_t y = 0; y < level.cells.height; ++y) {
    for (int64_t x = 0; x < level.cells.width; ++x) {
      const cv::Rect dot =
          frame.place({static_cast<double>(x) * stride.x, static_cast<double>(y) * stride.y, 0, 0});
      const cv::Rect visible =
          cv::Rect(dot.x - 1, dot.y - 1, 2, 2) & cv::Rect({0, 0}, panel.size());
      if (!visible.empty()) panel(visible).setTo(cv::Scalar(255, 255, 255));
    }
  }
}

/// The index of an anchor's aspect ratio: ratios outside, scales inside.
int64_t ratio_of(size_t anchor, const AnchorConfig& config) {
  return static_cast<int64_t>(anchor / config.scales.size());
}

cv::Mat level_panel(const cv::Mat& picture, const PanelFrame& frame, const LevelSummary& level,
                    const CellStride& stride, const MiddleCell& cell, const AnchorConfig& config) {
  cv::Mat panel(frame.size, CV_8UC3, cv::Scalar(kMarginGround));
  const cv::Rect place =
      frame.place({0, 0, static_cast<double>(picture.cols), static_cast<double>(picture.rows)}) &
      cv::Rect({0, 0}, panel.size());
  if (!place.empty()) {  // as that of a picture of a pixel's height is
    cv::Mat scaled;
    cv::resize(picture, scaled, place.size(), 0, 0,
               frame.scale > 1 ? cv::INTER_CUBIC : cv::INTER_AREA);
    scaled *= 0.62;  // the anchors are what is looked at
    scaled.copyTo(panel(place));
  }
  draw_cells(panel, frame, level, stride);
  const auto& least = level.anchors.front();
  const int width = frame.scale * std::min(least[0], least[1]) < 30 ? 1 : 2;
  for (size_t i = cell.anchors.size(); i-- > 0;) {
    draw_frame(panel, frame.place(cell.anchors[i]), class_colour(ratio_of(i, config)), width);
  }
  const cv::Point centre = frame.place({cell.x, cell.y, 0, 0}).tl();
  for (const cv::Rect& bar :
       {cv::Rect(centre.x - 5, centre.y - 1, 10, 2), cv::Rect(centre.x - 1, centre.y - 5, 2, 10)}) {
    panel(bar & cv::Rect({0, 0}, panel.size())).setTo(cv::Scalar(255, 255, 255));
  }
  return panel;
}

double side_of(const std::array<double, 2>& anchor) { return std::sqrt(anchor[0] * anchor[1]); }

std::vector<std::string> level_titles(size_t number, const LevelSummary& level) {
  const auto less = [](const auto& a, const auto& b) { return side_of(a) < side_of(b); };
  const auto [least, most] = std::minmax_element(level.anchors.begin(), level.anchors.end(), less);
  const std::string name = fmt::format("P{}: every {} px", number + 3, level.stride);
  const std::string sides = fmt::format("sides {:.0f} to {:.0f}", side_of(*least), side_of(*most));
  return {fmt::format("{}, {} x {} cells, {}", name, level.cells.height, level.cells.width, sides),
          fmt::format("{}, {}", name, sides), name};
}

void write_line(cv::Mat& panel, const std::string& text, const cv::Point& place,
                const cv::Vec3b& ground) {
  draw_label(panel, render_label(text, kTextHeight), place, ground);
}

cv::Mat legend_panel(const cv::Size& size, const ModelSummary& model, const AnchorConfig& config) {
  cv::Mat panel(size, CV_8UC3, cv::Scalar(kGround));
  const int step = kTextHeight * 3 / 2;
  int y = step / 2;
  const auto line = [&](const std::string& text) {
    write_line(panel, text, {kTextHeight / 2, y}, kGround);
    y += step;
  };
  line(fmt::format("input {} x {}: {} anchors", model.input.height, model.input.width,
                   model.num_anchors()));
  line("the middle cell's, height / width:");
  for (size_t i = 0; i < config.aspect_ratios.size(); ++i) {
    const double ratio = config.aspect_ratios[i];
    const double side = kTextHeight * 0.75;
    const int width = cvRound(std::min(3 * side, side / std::sqrt(ratio)));
    const int height = cvRound(std::min(1.4 * side, side * std::sqrt(ratio)));
    draw_frame(panel, {kTextHeight * 2 - width / 2, y + (kTextHeight - height) / 2, width, height},
               class_colour(static_cast<int64_t>(i)), 3);
    write_line(panel, fmt::format("{:g}", ratio), {kTextHeight * 4, y}, kGround);
    y += step;
  }
  line("dots: centres of cells, where they fit");
  line("light margin: outside the input");
  return panel;
}

}  // namespace

cv::Mat seen_by_network(const InputImages& input, const PreprocessConfig& config) {
  RN_CHECK(input.images.size(0) == 1, "{} pictures", input.images.size(0));
  const auto channel = [](const std::vector<double>& values) {
    return torch::tensor(values, torch::kFloat64).to(torch::kFloat32).view({3, 1, 1});
  };
  const torch::Tensor bytes = ((input.images[0] * channel(config.std) + channel(config.mean)) * 255)
                                  .round()
                                  .clamp(0, 255)
                                  .to(torch::kUInt8)
                                  .permute({1, 2, 0})
                                  .contiguous();
  return cv::Mat(static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(1)), CV_8UC3,
                 bytes.data_ptr<uint8_t>())
      .clone();
}

cv::Mat draw_anchors(const cv::Mat& picture, const ModelSummary& model,
                     const AnchorConfig& config) {
  RN_CHECK(picture.type() == CV_8UC3, "type {}", picture.type());
  std::vector<MiddleCell> cells;
  for (size_t i = 0; i < model.levels.size(); ++i) {
    cells.push_back(middle_cell(model.levels[i], config, model.input, i));
  }
  const PanelFrame frame = frame_for(picture.size(), cells);
  std::vector<cv::Mat> panels;
  for (size_t i = 0; i < model.levels.size(); ++i) {
    const LevelSummary& level = model.levels[i];
    const CellStride stride = cell_stride(config.stride, i, level.cells, model.input);
    const cv::Mat panel = level_panel(picture, frame, level, stride, cells[i], config);
    panels.push_back(with_title(panel, level_titles(i, level), kTextHeight));
  }
  panels.push_back(legend_panel(panels.front().size(), model, config));

  constexpr int kGap = 12;
  const int columns = panels.front().cols > panels.front().rows * 3 / 2 ? 2 : 3;
  const int rows = (static_cast<int>(panels.size()) + columns - 1) / columns;
  const cv::Size step = panels.front().size() + cv::Size(kGap, kGap);
  cv::Mat all(rows * step.height + kGap, columns * step.width + kGap, CV_8UC3, cv::Scalar(kGround));
  for (size_t i = 0; i < panels.size(); ++i) {
    const int column = static_cast<int>(i) % columns, row = static_cast<int>(i) / columns;
    const cv::Point place(kGap + column * step.width, kGap + row * step.height);
    panels[i].copyTo(all(cv::Rect(place, panels[i].size())));
  }
  return all;
}

}  // namespace rn
