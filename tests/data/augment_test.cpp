#include "data/augment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "test_pictures.h"

namespace rn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// 20 high, 30 wide; pixel (y, x) is (x, y, 100), so a pixel tells where it comes from. One object
/// and one crowd.
Sample marked() {
  Sample sample{cv::Mat(20, 30, CV_8UC3), {{{2, 3, 10, 8}}, {5}, {{0, 0, 4, 20}}}, 9};
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 30; ++x) sample.image.at<cv::Vec3b>(y, x) = cv::Vec3b(x, y, 100);
  }
  return sample;
}

cv::Vec3b pixel(const Sample& sample, int y, int x) { return sample.image.at<cv::Vec3b>(y, x); }

/// Wherever its corner pixel went, a box still begins at it.
TEST(Flip, MirrorsPixelsAndBoxes) {
  const Sample across = flip(marked(), true, false);
  EXPECT_THAT(across.objects.boxes, ElementsAre(XyxyBox{20, 3, 28, 8}));
  EXPECT_THAT(across.objects.crowds, ElementsAre(XyxyBox{26, 0, 30, 20}));
  EXPECT_THAT(across.objects.labels, ElementsAre(5));
  EXPECT_EQ(pixel(across, 3, 27), cv::Vec3b(2, 3, 100));
  const Sample down = flip(marked(), false, true);
  EXPECT_THAT(down.objects.boxes, ElementsAre(XyxyBox{2, 12, 10, 17}));
  EXPECT_EQ(pixel(down, 16, 2), cv::Vec3b(2, 3, 100));
  const Sample both = flip(marked(), true, true);
  EXPECT_THAT(both.objects.boxes, ElementsAre(XyxyBox{20, 12, 28, 17}));
  EXPECT_EQ(pixel(both, 16, 27), cv::Vec3b(2, 3, 100));
  EXPECT_EQ(both.image_id, 9);
}

TEST(RotateQuarter, TurnsPixelsAndBoxesClockwise) {
  const Sample once = rotate_quarter(marked(), 1);
  ASSERT_EQ(once.image.size(), cv::Size(20, 30));
  EXPECT_THAT(once.objects.boxes, ElementsAre(XyxyBox{12, 2, 17, 10}));
  EXPECT_EQ(pixel(once, 2, 16), cv::Vec3b(2, 3, 100));
  const Sample twice = rotate_quarter(marked(), 2);
  EXPECT_THAT(twice.objects.boxes, ElementsAre(XyxyBox{20, 12, 28, 17}));
  EXPECT_EQ(pixel(twice, 16, 27), cv::Vec3b(2, 3, 100));
  const Sample thrice = rotate_quarter(marked(), 3);
  EXPECT_THAT(thrice.objects.boxes, ElementsAre(XyxyBox{3, 20, 8, 28}));
  EXPECT_EQ(pixel(thrice, 27, 3), cv::Vec3b(2, 3, 100));
}

TEST(ZoomWindow, CutsAWindowOut) {
  // 15 x 10 at (15, 10): the object is outside, the crowd too.
  const Sample corner = zoom_window(marked(), 2.0, 1.0, 1.0, 0.3, {});
  ASSERT_EQ(corner.image.size(), cv::Size(15, 10));
  EXPECT_EQ(pixel(corner, 0, 0), cv::Vec3b(15, 10, 100));
  EXPECT_THAT(corner.objects.boxes, ElementsAre());
  EXPECT_THAT(corner.objects.labels, ElementsAre());
  EXPECT_THAT(corner.objects.crowds, ElementsAre());
}

TEST(ZoomWindow, DropsBoxesThatAreHardlySeen) {
  // x from round(0.4 * 15) = 6: of the object's 8 columns 4 are left, of its 40 pixels 20.
  const Sample half = zoom_window(marked(), 2.0, 0.4, 0.0, 0.5, {});
  EXPECT_THAT(half.objects.boxes, ElementsAre(XyxyBox{0, 3, 4, 8}));
  EXPECT_THAT(half.objects.labels, ElementsAre(5));
  EXPECT_THAT(zoom_window(marked(), 2.0, 0.4, 0.0, 0.51, {}).objects.boxes, ElementsAre());
  // 0 keeps whatever is seen, but not a box that only touches the window.
  EXPECT_THAT(zoom_window(marked(), 3.0, 0.5, 0.0, 0.0, {}).objects.boxes, ElementsAre());
}

TEST(ZoomWindow, GrowsTheCanvas) {
  const Sample grown = zoom_window(marked(), 0.5, 0.0, 1.0, 0.3, cv::Scalar(7, 8, 9));
  ASSERT_EQ(grown.image.size(), cv::Size(60, 40));
  EXPECT_THAT(grown.objects.boxes, ElementsAre(XyxyBox{2, 23, 10, 28}));
  EXPECT_THAT(grown.objects.crowds, ElementsAre(XyxyBox{0, 20, 4, 40}));
  EXPECT_EQ(pixel(grown, 20, 0), cv::Vec3b(0, 0, 100));
  EXPECT_EQ(pixel(grown, 19, 0), cv::Vec3b(7, 8, 9));
  EXPECT_EQ(pixel(grown, 39, 30), cv::Vec3b(7, 8, 9));
}

TEST(JitterColour, FollowsTheFormulas) {
  const cv::Mat image(2, 2, CV_8UC3, cv::Scalar(100, 50, 200));  // luma 82.05
  const auto first = [](const cv::Mat& mat) { return mat.at<cv::Vec3b>(0, 0); };
  const auto expect = [&](const cv::Mat& found, int r, int g, int b) {
    for (int c = 0; c < 3; ++c) {
      EXPECT_NEAR(first(found)[c], (std::array{r, g, b}[static_cast<size_t>(c)]), 1);
    }
  };
  expect(jitter_colour(image, 1.2, 1, 1, 0), 120, 60, 240);
  expect(jitter_colour(image, 2.0, 1, 1, 0), 200, 100, 255);
  expect(jitter_colour(image, 1, 0.5, 1, 0), 91, 66, 141);  // halfway to the mean luma
  expect(jitter_colour(image, 1, 1, 0, 0), 82, 82, 82);
  expect(jitter_colour(image, 1, 1, 0.5, 0), 91, 66, 141);
  expect(jitter_colour(image, 1, 1, 1, 1.0), 100, 50, 200);  // once round the circle
  const cv::Vec3b turned = first(jitter_colour(image, 1, 1, 1, 0.1));
  EXPECT_NEAR(0.299 * turned[0] + 0.587 * turned[1] + 0.114 * turned[2], 82.05, 1.5);
  EXPECT_GT(std::abs(turned[0] - 100) + std::abs(turned[1] - 50), 10);
}

TEST(JitterColour, LeavesGreyGreyWhateverTheHue) {
  const cv::Mat grey(1, 1, CV_8UC3, cv::Scalar(90, 90, 90));
  const cv::Vec3b found = jitter_colour(grey, 1, 1, 1.5, 0.3).at<cv::Vec3b>(0, 0);
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(found[c], 90, 1);
}

AugmentConfig everything() {
  AugmentConfig config;
  config.vertical_flip = 0.5;
  config.short_sides = {64, 96};
  config.brightness = config.contrast = config.saturation = 0.4;
  config.hue = 0.1;
  config.rotate90 = 0.5;
  config.scale_jitter = {0.5, 2.0};
  return config;
}

TEST(Augment, LeavesItsInputAlone) {
  const Sample sample = marked();
  const cv::Mat before = sample.image.clone();
  for (int64_t i = 0; i < 50; ++i) {
    const Sample changed =
        augment(sample, draw_augmentation(everything(), 1, 2, i), 0.3, {0.4, 0.5, 0.6});
    EXPECT_EQ(changed.objects.boxes.size(), changed.objects.labels.size());
    for (const XyxyBox& box : changed.objects.boxes) {
      EXPECT_TRUE(box[0] >= 0 && box[0] < box[2] && box[2] <= changed.image.cols);
      EXPECT_TRUE(box[1] >= 0 && box[1] < box[3] && box[3] <= changed.image.rows);
    }
  }
  EXPECT_EQ(cv::norm(before, sample.image, cv::NORM_INF), 0);
  EXPECT_THAT(sample.objects.boxes, ElementsAre(XyxyBox{2, 3, 10, 8}));
}

TEST(DrawAugmentation, DefaultsToAHorizontalFlip) {
  int flips = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    const AugmentChoice choice = draw_augmentation({}, 1, 0, i);
    flips += choice.flip_horizontal;
    EXPECT_FALSE(choice.flip_vertical || choice.quarter_turns || choice.short_side);
    EXPECT_EQ(choice.zoom, 1.0);
    EXPECT_EQ(choice.brightness, 1.0);
    EXPECT_EQ(choice.contrast, 1.0);
    EXPECT_EQ(choice.saturation, 1.0);
    EXPECT_EQ(choice.hue, 0.0);
  }
  EXPECT_NEAR(flips, 500, 60);
}

TEST(DrawAugmentation, IsAFunctionOfSeedEpochAndSample) {
  const AugmentChoice a = draw_augmentation(everything(), 1, 2, 3);
  const AugmentChoice b = draw_augmentation(everything(), 1, 2, 3);
  EXPECT_EQ(a.zoom, b.zoom);
  EXPECT_EQ(a.hue, b.hue);
  EXPECT_NE(a.zoom, draw_augmentation(everything(), 2, 2, 3).zoom);
  EXPECT_NE(a.zoom, draw_augmentation(everything(), 1, 3, 3).zoom);
  EXPECT_NE(a.zoom, draw_augmentation(everything(), 1, 2, 4).zoom);
}

TEST(DrawAugmentation, StaysInItsRangesAndReachesAllOfThem) {
  std::array<int, 4> turns{};
  int short_sides = 0, zoomed_out = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    const AugmentChoice choice = draw_augmentation(everything(), 7, 0, i);
    ++turns[static_cast<size_t>(choice.quarter_turns)];
    ASSERT_TRUE(choice.short_side == 64 || choice.short_side == 96);
    short_sides += choice.short_side == 64;
    ASSERT_TRUE(choice.zoom >= 0.5 && choice.zoom <= 2.0);
    zoomed_out += choice.zoom < 1;
    ASSERT_TRUE(choice.brightness >= 0.6 && choice.brightness <= 1.4);
    ASSERT_TRUE(std::abs(choice.hue) <= 0.1);
  }
  EXPECT_NEAR(turns[0], 500, 60);
  for (const size_t turn : {1, 2, 3}) EXPECT_NEAR(turns[turn], 167, 50);
  EXPECT_NEAR(short_sides, 500, 60);
  EXPECT_NEAR(zoomed_out, 500, 60);
}

TEST(DrawAugmentation, KeepsTheOtherDiceWhenOneIsTurnedOff) {
  AugmentConfig less = everything();
  less.rotate90 = 0;
  less.short_sides.clear();
  EXPECT_EQ(draw_augmentation(less, 1, 2, 3).hue, draw_augmentation(everything(), 1, 2, 3).hue);
}

TEST(CheckAugmentation, RefusesAScaleJitterThatIsNoInterval) {
  AugmentConfig config;
  config.scale_jitter = {0.5};
  EXPECT_THAT(test::error_of([&] { check_augmentation(config); }),
              HasSubstr("data.augment.scale_jitter: found [0.5], expected [low, high]"));
  config.scale_jitter = {2.0, 0.5};
  EXPECT_NE(test::error_of([&] { check_augmentation(config); }), "");
  config.scale_jitter = {1.0, 1.0};
  EXPECT_EQ(test::error_of([&] { check_augmentation(config); }), "");
}

}  // namespace
}  // namespace rn
