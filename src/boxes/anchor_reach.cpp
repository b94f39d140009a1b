#include "boxes/anchor_reach.h"

#include <algorithm>
#include <cmath>

namespace rn {
namespace {

/// Each of the network's halvings rounds up, and so does their product.
ImageSize cells_of(const ImageSize& batch, size_t level) {
  const int64_t pixels = int64_t{8} << level;
  return {(batch.height + pixels - 1) / pixels, (batch.width + pixels - 1) / pixels};
}

double distance_to_cell(double centre, double stride, int64_t cells) {
  const double nearest =
      std::clamp(std::round(centre / stride), 0.0, static_cast<double>(cells - 1));
  return std::abs(centre - nearest * stride);
}

/// What two intervals share whose centres are `offset` apart.
double shared_length(double a, double b, double offset) {
  return std::max(0.0, std::min({a, b, (a + b) / 2 - offset}));
}

}  // namespace

BoxOnGrid place_on_grid(const std::array<double, 4>& box, const ImageSize& batch_size,
                        const AnchorConfig& config) {
  const auto [x1, y1, x2, y2] = box;
  BoxOnGrid placed{x2 - x1, y2 - y1, {}};
  for (size_t level = 0; level < config.sizes.size(); ++level) {
    const ImageSize cells = cells_of(batch_size, level);
    const CellStride stride = cell_stride(config.stride, level, cells, batch_size);
    placed.offsets.push_back({distance_to_cell((x1 + x2) / 2, stride.x, cells.width),
                              distance_to_cell((y1 + y2) / 2, stride.y, cells.height)});
  }
  return placed;
}

AnchorShapes::AnchorShapes(const AnchorConfig& config) {
  const std::vector<ImageSize> one_cell(config.sizes.size(), {1, 1});
  for (const torch::Tensor& anchors : AnchorGenerator(config)(one_cell, {1, 1})) {
    const auto corners = anchors.accessor<float, 2>();
    auto& shapes = levels_.emplace_back();
    for (int64_t a = 0; a < anchors.size(0); ++a) {
      shapes.push_back({corners[a][2] - corners[a][0], corners[a][3] - corners[a][1]});
    }
  }
}

double AnchorShapes::best_iou(const BoxOnGrid& box) const {
  double best = 0;
  for (size_t level = 0; level < levels_.size(); ++level) {
    const auto [x, y] = box.offsets[level];
    for (const auto& [width, height] : levels_[level]) {
      const double overlap =
          shared_length(box.width, width, x) * shared_length(box.height, height, y);
      best = std::max(best, overlap / (box.width * box.height + width * height - overlap));
    }
  }
  return best;
}

}  // namespace rn
