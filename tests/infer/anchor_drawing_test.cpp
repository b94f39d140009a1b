#include "infer/anchor_drawing.h"

#include <gtest/gtest.h>

#include "infer/drawing.h"

namespace rn {
namespace {

int64_t count_colour(const cv::Mat& image, const cv::Vec3b& colour) {
  int64_t count = 0;
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) count += image.at<cv::Vec3b>(y, x) == colour;
  }
  return count;
}

TEST(SeenByNetwork, IsThePictureAgainWithThePaddingInTheMeanColour) {
  PreprocessConfig config;
  config.short_side = 64;
  config.long_side = 64;
  const cv::Mat picture(48, 64, CV_8UC3, cv::Scalar(200, 100, 50));
  const cv::Mat seen = seen_by_network(make_input({picture}, config), config);
  EXPECT_EQ(seen.size(), cv::Size(64, 64));
  EXPECT_EQ(seen.at<cv::Vec3b>(20, 20), cv::Vec3b(200, 100, 50));
  EXPECT_EQ(seen.at<cv::Vec3b>(60, 20), cv::Vec3b(124, 116, 104));  // 0.485, 0.456, 0.406
}

TEST(DrawAnchors, ShowsEveryRatioOnAnySizeOfInput) {
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet18;
  const RetinaNet model(config, 2);
  for (const ImageSize& size : {ImageSize{64, 64}, {32, 640}, {640, 32}, {480, 640}}) {
    const cv::Mat picture(static_cast<int>(size.height), static_cast<int>(size.width), CV_8UC3,
                          cv::Scalar(120, 120, 120));
    const cv::Mat drawn = draw_anchors(picture, summarize(model, size, 4), config.anchors);
    for (int64_t ratio = 0; ratio < 3; ++ratio) {
      EXPECT_GT(count_colour(drawn, class_colour(ratio)), 100) << size.height << " " << ratio;
    }
    EXPECT_LT(drawn.cols, 2200);
    EXPECT_LT(drawn.rows, 2200);
  }
}

}  // namespace
}  // namespace rn
