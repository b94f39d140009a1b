#include "data/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "test_pictures.h"

namespace rn {
namespace {

/// The two inputs of an output position and the second one's weight, as torch computes them.
struct Place {
  int64_t low, high;
  float weight;
};

Place place_of(int64_t i, int64_t from, int64_t to) {
  const double scale = static_cast<float>(from) / static_cast<float>(to);
  const double source = std::max(0.0, scale * (static_cast<double>(i) + 0.5) - 0.5);
  const int64_t low = std::min(static_cast<int64_t>(source), from - 1);
  return {low, std::min(low + 1, from - 1),
          static_cast<float>(std::min(source - static_cast<double>(low), 1.0))};
}

/// One value, in the order of the operations that makes the bits.
float expected_value(const cv::Mat& image, const ImageSize& to, const NormaliseTable& table,
                     int64_t y, int64_t x, int c) {
  const Place row = place_of(y, image.rows, to.height), column = place_of(x, image.cols, to.width);
  const auto stretched = [&](int64_t r) {
    const auto value = [&](int64_t k) {
      const auto& pixel = image.at<cv::Vec3b>(static_cast<int>(r), static_cast<int>(k));
      return table[static_cast<size_t>(c)][pixel[c]];
    };
    return (1.0F - column.weight) * value(column.low) + column.weight * value(column.high);
  };
  return (1.0F - row.weight) * stretched(row.low) + row.weight * stretched(row.high);
}

TEST(ResizeNormalised, HasTheSameBitsHoweverLargeThePictureIs) {
  const NormaliseTable table = normalise_table({0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});
  constexpr float kUntouched = 12345;
  for (const auto& [from, to] : std::vector<std::pair<ImageSize, ImageSize>>{
           {{30, 41}, {75, 115}},    // in the caches
           {{90, 61}, {31, 20}},     //
           {{1, 1}, {9, 4}},         //
           {{5, 1}, {3, 7}},         //
           {{1, 6}, {2, 5}},         //
           {{45, 30}, {831, 533}},   // 5 MB: past them
           {{500, 900}, {620, 601}}  //
       }) {
    const cv::Mat whole =
        test::noise(static_cast<int>(from.height) + 2, static_cast<int>(from.width) + 3);
    const cv::Mat image = whole(cv::Rect(3, 2, static_cast<int>(from.width),  //
                                         static_cast<int>(from.height)));
    for (const int64_t gap : {0, 5}) {
      const int64_t stride = 3 * to.width + gap;
      std::vector<float> values(static_cast<size_t>(to.height * stride + 1), kUntouched);
      float* out = values.data() + 1;  // no row begins a cache line
      resize_normalised(image.ptr(), image.step[0], from, to, table, out,
                        static_cast<size_t>(stride));
      ASSERT_EQ(values[0], kUntouched);
      for (int64_t y = 0; y < to.height; ++y, out += stride) {
        for (int64_t i = 0; i < 3 * to.width; ++i) {
          const float expected =
              expected_value(image, to, table, y, i / 3, static_cast<int>(i % 3));
          ASSERT_EQ(std::memcmp(&out[i], &expected, sizeof(float)), 0)
              << "size " << to.width << "x" << to.height << ", row " << y << ", value " << i << ": "
              << out[i] << ", expected " << expected;
        }
        for (int64_t i = 3 * to.width; i < stride; ++i) ASSERT_EQ(out[i], kUntouched);
      }
    }
  }
}

}  // namespace
}  // namespace rn
