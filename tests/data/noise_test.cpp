#include "data/noise.h"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

namespace rn {
namespace {

TEST(NoiseSample, IsAFunctionOfItsArguments) {
  const Sample a = noise_sample({33, 20}, 5, 3, Rng(1));
  const Sample b = noise_sample({33, 20}, 5, 3, Rng(1));
  const Sample c = noise_sample({33, 20}, 5, 3, Rng(2));
  EXPECT_EQ(cv::norm(a.image, b.image), 0.0);
  EXPECT_NE(cv::norm(a.image, c.image), 0.0);
  EXPECT_EQ(a.objects.boxes, b.objects.boxes);
  EXPECT_EQ(a.objects.labels, b.objects.labels);
}

TEST(NoiseSample, HasTheSizeTheObjectsAndTheClassesAskedFor) {
  const Sample sample = noise_sample({33, 20}, 200, 3, Rng(1));
  EXPECT_EQ(sample.image.rows, 33);
  EXPECT_EQ(sample.image.cols, 20);
  EXPECT_EQ(sample.image.type(), CV_8UC3);
  // Uniform bytes: 127.5 on average, 73.9 the standard deviation; 1980 of them.
  const cv::Scalar mean = cv::mean(sample.image);
  EXPECT_NEAR((mean[0] + mean[1] + mean[2]) / 3, 127.5, 5 * 73.9 / 44.5);
  ASSERT_EQ(sample.objects.boxes.size(), 200);
  std::vector<int64_t> counts(3);
  for (size_t i = 0; i < 200; ++i) {
    const auto& [x1, y1, x2, y2] = sample.objects.boxes[i];
    EXPECT_GE(x1, 0);
    EXPECT_GE(y1, 0);
    EXPECT_LE(x2, 20);
    EXPECT_LE(y2, 33);
    EXPECT_GE(x2 - x1, 0.03F * 20 - 1e-4F);
    EXPECT_GE(y2 - y1, 0.03F * 33 - 1e-4F);
    ++counts.at(static_cast<size_t>(sample.objects.labels[i]));
  }
  for (const int64_t count : counts) EXPECT_GT(count, 40);
}

}  // namespace
}  // namespace rn
