#include "data/anchor_recall.h"

#include <algorithm>

#include "data/preprocess.h"

namespace rn {
namespace {

constexpr double kSmall = 32.0 * 32.0;
constexpr double kMedium = 96.0 * 96.0;
constexpr int64_t kFewObjects = 10;
constexpr double kLowRecall = 0.9;

size_t size_of_object(const BoxOnGrid& box) {
  const double area = box.width * box.height;
  return area <= kSmall ? 0 : area <= kMedium ? 1 : 2;
}

}  // namespace

double RecallCount::recall() const {
  return objects == 0 ? 1.0 : static_cast<double>(reached) / static_cast<double>(objects);
}

double RecallCount::mean_iou() const {
  return objects == 0 ? 1.0 : sum_of_ious / static_cast<double>(objects);
}

RecallCount AnchorRecall::all() const {
  RecallCount sum;
  for (const RecallCount& size : sizes) {
    sum.objects += size.objects;
    sum.reached += size.reached;
    sum.sum_of_ious += size.sum_of_ious;
  }
  return sum;
}

std::vector<BoxOnGrid> objects_on_grid(const Dataset& dataset, const PreprocessConfig& preprocess,
                                       const std::vector<int64_t>& short_sides,
                                       const AnchorConfig& anchors) {
  const std::vector<int64_t> scales =
      short_sides.empty() ? std::vector{preprocess.short_side} : short_sides;
  std::vector<BoxOnGrid> objects;
  size_t turn = 0;
  for (const LabelledImage& image : dataset.images()) {
    if (image.is_faulty || image.objects.boxes.empty()) continue;
    const ImageSize input = resized_size(image.size, preprocess, scales[turn++ % scales.size()]);
    const ImageSize batch = padded_size(input, preprocess.pad_divisor);
    const double x = static_cast<double>(input.width) / static_cast<double>(image.size.width);
    const double y = static_cast<double>(input.height) / static_cast<double>(image.size.height);
    for (const auto& [x1, y1, x2, y2] : image.objects.boxes) {
      objects.push_back(place_on_grid({x1 * x, y1 * y, x2 * x, y2 * y}, batch, anchors));
    }
  }
  return objects;
}

AnchorRecall anchor_recall(const std::vector<BoxOnGrid>& objects, const AnchorConfig& anchors,
                           double positive_iou) {
  const AnchorShapes shapes(anchors);
  AnchorRecall recall;
  for (const BoxOnGrid& object : objects) {
    const double iou = shapes.best_iou(object);
    RecallCount& size = recall.sizes[size_of_object(object)];
    ++size.objects;
    size.reached += iou >= positive_iou ? 1 : 0;
    size.sum_of_ious += iou;
  }
  return recall;
}

bool is_low(const AnchorRecall& recall) {
  return std::any_of(recall.sizes.begin(), recall.sizes.end(), [](const RecallCount& size) {
    return size.objects >= kFewObjects && size.recall() < kLowRecall;
  });
}

}  // namespace rn
