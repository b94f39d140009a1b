#include "boxes/boxes.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

torch::Tensor t(std::vector<double> values) {
  return torch::tensor(values, torch::kFloat64).view({-1, 4}).to(torch::kFloat32);
}

TEST(Boxes, AreaHasNoPlusOneAndNegativeSidesCountAsZero) {
  const auto area = box_area(t({0, 0, 1, 1, 2, 3, 5, 7, 4, 4, 2, 9, 0, 0, 0, 5}));
  EXPECT_TRUE(torch::equal(area, torch::tensor({1.0F, 12.0F, 0.0F, 0.0F}))) << area;
}

TEST(Boxes, IouOfHalfOverlappingBoxes) {
  const auto iou = box_iou(t({0, 0, 2, 2, 0, 0, 4, 4}), t({1, 0, 3, 2, 0, 0, 2, 2, 5, 5, 6, 6}));
  const auto expected =
      torch::tensor({2.0F / 6, 1.0F, 0.0F, 4.0F / 16, 4.0F / 16, 0.0F}).view({2, 3});
  EXPECT_TRUE(torch::allclose(iou, expected)) << iou;
}

TEST(Boxes, IouOfTwoEmptyBoxesIsZeroNotNan) {
  EXPECT_EQ(box_iou(t({1, 1, 1, 1}), t({1, 1, 1, 1})).item<float>(), 0.0F);
}

TEST(Boxes, IouWithNoBoxesKeepsTheShape) {
  EXPECT_EQ(box_iou(torch::zeros({0, 4}), t({0, 0, 1, 1})).sizes(), (std::vector<int64_t>{0, 1}));
}

TEST(Boxes, ClipKeepsBoxesInsideHeightAndWidth) {
  const auto clipped =
      clip_boxes(t({-5, -6, 30, 40, 3, 4, 5, 6}), ImageSize{.height = 20, .width = 10});
  EXPECT_TRUE(torch::equal(clipped, t({0, 0, 10, 20, 3, 4, 5, 6}))) << clipped;
}

}  // namespace
}  // namespace rn
