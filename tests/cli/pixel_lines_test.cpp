#include "cli/pixel_lines.h"

#include <gmock/gmock.h>

namespace rn {
namespace {
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DataConfig imagenet() { return {}; }

PixelFormat caffe2() {
  return {.is_bgr = true,
          .is_assumed = true,
          .mean = {123.675 / 255, 116.28 / 255, 103.53 / 255},
          .std = {1 / 255.0, 1 / 255.0, 1 / 255.0}};
}

TEST(PixelLines, NothingIsSaidWhereThePixelsAreTheConfigs) {
  const DataConfig data = imagenet();
  EXPECT_THAT(pixel_lines({false, false, data.mean, data.std}, data), IsEmpty());
}

TEST(PixelLines, BgrIsSaidAndAnotherScaleIsWarnedOf) {
  EXPECT_THAT(
      pixel_lines(caffe2(), imagenet()),
      ElementsAre(
          AllOf(HasSubstr("its pixels are BGR (assumed"), HasSubstr("model.weights.pixel_order")),
          AllOf(HasSubstr("warning: the model reads pixels with data.std"),
                HasSubstr("--set 'data.std=[0.00392157, 0.00392157, 0.00392157]'"))));
}

TEST(PixelLines, TheAdviceIsTheMendItself) {
  DataConfig data = imagenet();
  data.std = {0.00392157, 0.00392157, 0.00392157};
  EXPECT_EQ(pixel_lines(caffe2(), data).size(), 1u);
}

}  // namespace
}  // namespace rn
