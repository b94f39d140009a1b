#include "boxes/anchor_reach.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "boxes/boxes.h"
#include "core/random.h"

namespace rn {
namespace {

/// The same from all anchors of the picture.
double best_of_all(const std::array<double, 4>& box, const ImageSize& batch,
                   const AnchorConfig& config) {
  std::vector<ImageSize> cells;
  ImageSize size{(batch.height + 3) / 4, (batch.width + 3) / 4};
  for (size_t level = 0; level < config.sizes.size(); ++level) {
    size = {(size.height + 1) / 2, (size.width + 1) / 2};  // a convolution of stride 2
    cells.push_back(size);
  }
  const auto anchors = torch::cat(AnchorGenerator(config)(cells, batch)).to(torch::kFloat64);
  const auto one = torch::tensor({box[0], box[1], box[2], box[3]}, torch::kFloat64).view({1, 4});
  return box_iou(one, anchors).max().item<double>();
}

TEST(AnchorReach, IsTheBestIouOfAllAnchors) {
  Rng rng(5);
  for (const AnchorRounding rounding : {AnchorRounding::kNone, AnchorRounding::kTorchvision}) {
    for (const AnchorStride stride : {AnchorStride::kNominal, AnchorStride::kPadded}) {
      AnchorConfig config;
      config.rounding = rounding;
      config.stride = stride;
      const AnchorShapes shapes(config);
      for (const ImageSize& batch : {ImageSize{160, 224}, ImageSize{96, 320}, ImageSize{75, 100}}) {
        for (int i = 0; i < 40; ++i) {
          const double x = rng.uniform(0, static_cast<double>(batch.width) - 2);
          const double y = rng.uniform(0, static_cast<double>(batch.height) - 2);
          const std::array<double, 4> box = {x, y, rng.uniform(x + 1, batch.width),
                                             rng.uniform(y + 1, batch.height)};
          EXPECT_NEAR(shapes.best_iou(place_on_grid(box, batch, config)),
                      best_of_all(box, batch, config), 1e-5)
              << x << " " << y << " " << box[2] << " " << box[3];
        }
      }
    }
  }
}

TEST(AnchorReach, AnAnchorReachesItselfWholly) {
  AnchorConfig config;
  config.sizes = {32, 64};
  config.scales = {1};
  config.aspect_ratios = {1};
  const AnchorShapes shapes(config);
  const auto best = [&](const std::array<double, 4>& box) {
    return shapes.best_iou(place_on_grid(box, {256, 256}, config));
  };
  EXPECT_DOUBLE_EQ(best({40 - 16, 80 - 16, 40 + 16, 80 + 16}), 1.0);  // the cell (5, 10) of P3
  EXPECT_DOUBLE_EQ(best({48 - 32, 96 - 32, 48 + 32, 96 + 32}), 1.0);  // the cell (3, 6) of P4
  // 4 pixels to the right, the farthest from the cells of P3: 28 * 32 of 2 * 32^2 - 28 * 32.
  EXPECT_DOUBLE_EQ(best({44 - 16, 80 - 16, 44 + 16, 80 + 16}), 28.0 / 36.0);
}

}  // namespace
}  // namespace rn
