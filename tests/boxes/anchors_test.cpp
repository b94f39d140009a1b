#include "boxes/anchors.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace rn {
namespace {

std::vector<ImageSize> pyramid(int64_t height, int64_t width) {
  std::vector<ImageSize> sizes;
  for (int64_t stride = 8; stride <= 128; stride *= 2) {
    sizes.push_back({(height + stride - 1) / stride, (width + stride - 1) / stride});
  }
  return sizes;
}

AnchorConfig torchvision() {
  AnchorConfig config;
  config.rounding = AnchorRounding::kTorchvision;
  config.stride = AnchorStride::kPadded;
  return config;
}

std::pair<int64_t, double> count_and_sum(int64_t height, int64_t width,
                                         const AnchorConfig& config = {}) {
  const auto all = torch::cat(AnchorGenerator(config)(pyramid(height, width), {height, width}));
  return {all.size(0), all.to(torch::kFloat64).sum().item<double>()};
}

// Anchors are symmetric around their centre, so a level's coordinates sum to
// 9 * stride * H * W * (H + W - 2), whatever their size. At 512 x 512 torchvision's strides are the
// nominal ones and its sum is the same.
TEST(Anchors, CountsAndSumsOfCommonSizes) {
  const auto [count_512, sum_512] = count_and_sum(512, 512);
  EXPECT_EQ(count_512, 49'104);
  EXPECT_NEAR(sum_512, 49'139'712, 1);
  const auto [count_1088, sum_1088] = count_and_sum(800, 1088);
  EXPECT_EQ(count_1088, 163'206);
  EXPECT_NEAR(sum_1088, 304'460'352, 4);
  EXPECT_EQ(count_and_sum(800, 1344).first, 201'600);
}

// The sums were measured with torchvision 0.14.1.
TEST(Anchors, TorchvisionsCountsAndSums) {
  const std::pair<int64_t, double> at_512{49'104, 49'139'712};
  const std::pair<int64_t, double> at_1088{163'206, 304'304'832};
  const std::pair<int64_t, double> at_1344{201'600, 427'506'156};
  EXPECT_EQ(count_and_sum(512, 512, torchvision()), at_512);
  EXPECT_EQ(count_and_sum(800, 1088, torchvision()), at_1088);
  EXPECT_EQ(count_and_sum(800, 1344, torchvision()), at_1344);
}

TEST(Anchors, TorchvisionsFirstCellsOfP3) {
  const auto first = AnchorGenerator(torchvision())(pyramid(64, 64), {64, 64})[0].slice(0, 0, 6);
  const auto half =
      torch::tensor({23.0, 11.0, 28.0, 14.0, 35.0, 18.0, 16.0, 16.0, 20.0, 20.0, 25.0, 25.0},
                    torch::kFloat32)
          .view({6, 2});
  EXPECT_TRUE(torch::equal(first, torch::cat({-half, half}, 1))) << first;
}

TEST(Anchors, PaddedStrideIsTheSideOverTheCellsRoundedDown) {
  const auto levels = AnchorGenerator(torchvision())(pyramid(800, 1344), {800, 1344});
  const auto centre_of_last = [&](size_t level) {
    const auto box = levels[level][-1];
    return std::pair(((box[0] + box[2]) / 2).item<float>(), ((box[1] + box[3]) / 2).item<float>());
  };
  EXPECT_EQ(centre_of_last(2), std::pair(41 * 32.0F, 24 * 32.0F));   // 1344 / 42, 800 / 25
  EXPECT_EQ(centre_of_last(3), std::pair(20 * 64.0F, 12 * 61.0F));   // 1344 / 21, 800 / 13
  EXPECT_EQ(centre_of_last(4), std::pair(10 * 122.0F, 6 * 114.0F));  // 1344 / 11, 800 / 7
}

// 32 * 2^(s/3) * (sqrt(2), sqrt(1/2)) / 2 and 32 * 2^(s/3) / 2, by a pocket calculator.
TEST(Anchors, FirstCellOfP3) {
  const auto first = AnchorGenerator(AnchorConfig{})(pyramid(64, 64), {64, 64})[0].slice(0, 0, 9);
  const auto half = torch::tensor({22.6274, 11.3137,  //
                                   28.5088, 14.2544,  //
                                   35.9188, 17.9594,  //
                                   16.0000, 16.0000,  //
                                   20.1587, 20.1587,  //
                                   25.3984, 25.3984,  //
                                   11.3137, 22.6274,  //
                                   14.2544, 28.5088,  //
                                   17.9594, 35.9188})
                        .view({9, 2});
  const auto expected = torch::cat({-half, half}, 1);
  EXPECT_TRUE(torch::allclose(first, expected, 0, 1e-4)) << first - expected;
}

TEST(Anchors, CellsGoRowByRowAndCentresStandOnMultiplesOfTheStride) {
  const auto levels =
      AnchorGenerator(AnchorConfig{})({{2, 3}, {1, 2}, {1, 1}, {1, 1}, {1, 1}}, {16, 24});
  const auto centres = (levels[0].slice(1, 0, 2) + levels[0].slice(1, 2, 4)) / 2;
  ASSERT_EQ(centres.size(0), 2 * 3 * 9);
  for (int64_t cell = 0; cell < 6; ++cell) {
    EXPECT_NEAR(centres[9 * cell][0].item<float>(), 8.0 * (cell % 3), 1e-5);
    EXPECT_NEAR(centres[9 * cell + 8][1].item<float>(), 8.0 * (cell / 3), 1e-5);
  }
  EXPECT_NEAR((levels[1][9][0] + levels[1][9][2]).item<float>() / 2, 16.0, 1e-5);
  EXPECT_NEAR((levels[4][3][2] - levels[4][3][0]).item<float>(), 512.0, 1e-3);
}

TEST(Anchors, RatioIsHeightByWidthAndKeepsTheArea) {
  const AnchorGenerator generator({{32}, {1}, {4}});
  EXPECT_EQ(generator.num_anchors(), 1);
  EXPECT_EQ(generator.num_levels(), 1);
  const auto box = generator({{1, 1}}, {8, 8})[0];
  EXPECT_TRUE(torch::allclose(box, torch::tensor({-8.0F, -32.0F, 8.0F, 32.0F}))) << box;
}

TEST(Anchors, AnEmptyListIsAnErrorThatNamesTheKey) {
  AnchorConfig config;
  config.aspect_ratios.clear();
  try {
    AnchorGenerator generator(config);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("model.anchors.aspect_ratios"), std::string::npos);
  }
}

}  // namespace
}  // namespace rn
