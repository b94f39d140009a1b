#include "infer/truth_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "infer/canvas.h"
#include "infer/drawing.h"

namespace rn {
namespace {

LabelledBox scaled(LabelledBox box, int factor) {
  for (float& value : box.box) value *= static_cast<float>(factor);
  return box;
}

int title_height(const cv::Mat& panel) { return label_height_for(panel.size()) * 5 / 4; }

cv::Mat truth_panel(const cv::Mat& canvas, int factor, const PictureTruth& picture,
                    const TruthMatch& match, const Truth& truth) {
  std::vector<LabelledBox> boxes;
  int64_t objects = 0;
  for (size_t i = 0; i < picture.objects.size(); ++i) {
    const TruthObject& object = picture.objects[i];
    const bool is_missed = !object.is_crowd && !match.is_found[i];
    const std::string label = class_label(truth.names(), object.label);
    boxes.push_back(scaled({object.box, object.is_crowd ? label + " (crowd)" : label,
                            class_colour(object.label), is_missed},
                           factor));
    objects += object.is_crowd ? 0 : 1;
  }
  cv::Mat panel = canvas.clone();
  draw_boxes(panel, boxes);
  return with_title(panel,
                    {fmt::format("truth: {} objects, {} missed{}", objects, match.missed,
                                 match.missed > 0 ? " (dashed)" : ""),
                     fmt::format("truth: {}, {} missed", objects, match.missed),
                     fmt::format("truth {}, -{}", objects, match.missed)},
                    title_height(panel));
}

cv::Mat found_panel(const cv::Mat& canvas, std::vector<LabelledBox> boxes, const TruthMatch& match,
                    const PictureTruth& picture) {
  const size_t count = boxes.size();
  for (size_t i = 0; picture.is_known && i < count; ++i) {
    boxes[i].is_dashed = match.detections[i] == Verdict::kWrong;
  }
  cv::Mat panel = canvas.clone();
  draw_boxes(panel, boxes);
  if (!picture.is_known) {
    return with_title(panel,
                      {fmt::format("found: {} | no truth: {}", count, picture.reason),
                       fmt::format("found: {}; no truth", count)},
                      title_height(panel));
  }
  return with_title(
      panel,
      {fmt::format("found: {}, {} wrong{}", count, match.wrong, match.wrong > 0 ? " (dashed)" : ""),
       fmt::format("found: {}, {} wrong", count, match.wrong),
       fmt::format("found {}, -{}", count, match.wrong)},
      title_height(panel));
}

}  // namespace

int enlargement(const cv::Size& size) {
  constexpr int kReadable = 640;  // pixels of the longer side
  constexpr int kMost = 4;
  return std::clamp(kReadable / std::max(size.width, size.height), 1, kMost);
}

cv::Mat enlarged(const cv::Mat& picture, int factor) {
  cv::Mat canvas;
  cv::resize(picture, canvas, {}, factor, factor,
             factor == 1 ? cv::INTER_NEAREST : cv::INTER_CUBIC);
  return canvas;
}

cv::Mat draw_beside_truth(const cv::Mat& picture, const Detections& detections,
                          const PictureTruth& picture_truth, const TruthMatch& match,
                          const Truth& truth) {
  const int factor = enlargement(picture.size());
  const cv::Mat canvas = enlarged(picture, factor);
  std::vector<LabelledBox> boxes = labelled_boxes(detections, truth.names());
  for (LabelledBox& box : boxes) box = scaled(std::move(box), factor);
  const cv::Mat found = found_panel(canvas, std::move(boxes), match, picture_truth);
  if (!picture_truth.is_known) return found;
  return beside(truth_panel(canvas, factor, picture_truth, match, truth), found);
}

}  // namespace rn
