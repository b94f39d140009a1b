#include "boxes/box_coder.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rn {
namespace {

torch::Tensor random_boxes(int64_t count, torch::Dtype dtype) {
  const auto low = torch::rand({count, 2}, dtype) * 500;
  return torch::cat({low, low + 1 + torch::rand({count, 2}, dtype) * 300}, 1);
}

TEST(BoxCoder, EncodesShiftsInAnchorSizesAndLogRatios) {
  const auto anchor = torch::tensor({0.0, 0.0, 10.0, 20.0}, torch::kFloat64).view({1, 4});
  const auto box = torch::tensor({5.0, 5.0, 25.0, 15.0}, torch::kFloat64).view({1, 4});
  // centres (5, 10) -> (15, 10); sizes (10, 20) -> (20, 10)
  const auto expected = torch::tensor({1.0, 0.0, std::log(2.0), -std::log(2.0)}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(BoxCoder().encode(box, anchor)[0], expected));
  const auto weighted = BoxCoder({10, 10, 5, 5}).encode(box, anchor)[0];
  const auto weights = torch::tensor({10.0, 10.0, 5.0, 5.0}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(weighted, expected * weights));
}

TEST(BoxCoder, DecodeInvertsEncode) {
  torch::manual_seed(1);
  for (const auto& coder : {BoxCoder(), BoxCoder({10, 10, 5, 5})}) {
    const auto boxes = random_boxes(1000, torch::kFloat64);
    const auto anchors = random_boxes(1000, torch::kFloat64);
    const auto again = coder.decode(coder.encode(boxes, anchors), anchors);
    // The clamp takes boxes more than 62.5 times as large as their anchors.
    const auto ratio =
        (boxes.slice(1, 2) - boxes.slice(1, 0, 2)) / (anchors.slice(1, 2) - anchors.slice(1, 0, 2));
    const auto inside = std::get<0>(ratio.max(1)) < 62.5;
    EXPECT_GT(inside.sum().item<int64_t>(), 900);
    EXPECT_LT((again - boxes).abs().index({inside}).max().item<double>(), 1e-9);
  }
}

TEST(BoxCoder, OnePixelBoxSurvivesInFloat) {
  const auto anchor = torch::tensor({-256.0F, -256.0F, 256.0F, 256.0F}).view({1, 4});
  const auto box = torch::tensor({100.0F, 101.0F, 101.0F, 102.0F}).view({1, 4});
  const auto again = BoxCoder().decode(BoxCoder().encode(box, anchor), anchor);
  EXPECT_TRUE(torch::allclose(again, box, 0, 1e-3)) << again;
}

TEST(BoxCoder, DecodeClampsGrowthButNotShrinking) {
  const auto anchor = torch::tensor({0.0F, 0.0F, 16.0F, 16.0F}).view({1, 4});
  const auto wild =
      BoxCoder().decode(torch::tensor({0.0F, 0.0F, 1e4F, -1e4F}).view({1, 4}), anchor);
  EXPECT_NEAR((wild[0][2] - wild[0][0]).item<float>(), 1000.0F, 0.1F);
  EXPECT_EQ((wild[0][3] - wild[0][1]).item<float>(), 0.0F);
}

TEST(BoxCoder, LowPrecisionDeltasAreDecodedInTheAnchorsType) {
  const auto anchor = torch::tensor({1000.0F, 1000.0F, 1016.0F, 1016.0F}).view({1, 4});
  const auto box = BoxCoder().decode(torch::zeros({1, 4}, torch::kBFloat16), anchor);
  EXPECT_EQ(box.scalar_type(), torch::kFloat32);
  EXPECT_TRUE(torch::equal(box, anchor)) << box;
}

TEST(BoxCoder, TakesNoBoxes) {
  const auto none = torch::zeros({0, 4});
  EXPECT_EQ(BoxCoder().encode(none, none).numel(), 0);
  EXPECT_EQ(BoxCoder().decode(none, none).numel(), 0);
}

}  // namespace
}  // namespace rn
