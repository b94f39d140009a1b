#include "data/antialias.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_pictures.h"

namespace rn {
namespace {

std::vector<uint8_t> resized(const cv::Mat& picture, const ImageSize& to) {
  std::vector<uint8_t> bytes;
  resize_antialiased(
      picture.ptr<uint8_t>(), picture.step[0], {picture.rows, picture.cols}, to,
      [&](const uint8_t* row) { bytes.insert(bytes.end(), row, row + 3 * to.width); });
  EXPECT_EQ(bytes.size(), static_cast<size_t>(3 * to.height * to.width));
  return bytes;
}

uint64_t fnv1a(const std::vector<uint8_t>& bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

// Expected values: antialias_goldens.py.

TEST(Antialias, BytesAreThoseOfPillow) {
  const std::vector<int> expected = {125, 106, 131, 65,  147, 182, 109, 174, 180, 148,
                                     139, 119, 77,  35,  33,  138, 43,  66,  109, 65,
                                     111, 88,  83,  118, 81,  79,  91,  83,  53,  55};
  const std::vector<uint8_t> bytes = resized(test::noise(3, 4), {2, 5});
  EXPECT_EQ(std::vector<int>(bytes.begin(), bytes.end()), expected);
}

TEST(Antialias, HashesAreThoseOfPillowsPictures) {
  struct Case {
    ImageSize from;
    ImageSize to;
    uint64_t hash;
  };
  const std::vector<Case> cases = {
      {{48, 64}, {80, 107}, 0x56e103e34c122fc1},    // larger
      {{108, 192}, {75, 133}, 0xfff01f461a171ab8},  // smaller, 2 and 3 taps
      {{97, 131}, {61, 83}, 0x56b33362f55fcda9},    // odd
      {{120, 90}, {67, 50}, 0xb9487abdb063eaae},    // smaller, 4 taps
      {{200, 310}, {20, 31}, 0xdfc023d4ac8c9294},   // a tenth
      {{301, 7}, {13, 40}, 0xba30e46489b6c8fe},     // smaller and larger
      {{1, 1}, {9, 4}, 0x4ebc97aeb86a6fa1},
      {{40, 1}, {17, 1}, 0xcf78ccb017ad657a},  // 1 pixel wide
      {{40, 1}, {93, 30}, 0xdd8d004b7278fabd},
      {{1, 50}, {1, 21}, 0x589ec1dea6aff776},  // 1 pixel high
      {{50, 37}, {1, 1}, 0x9486e21967855867},
      {{33, 45}, {33, 20}, 0x51dde28a9169db5a},  // the height stays
      {{33, 45}, {70, 45}, 0x246321f48e5d6a1a},  // the width stays
      {{33, 45}, {33, 45}, 0xf6657d9781b5dc6f},  // both stay
      {{2, 1500}, {3, 1499}, 0xf58d0bb9eed6397f},
      {{1500, 3}, {1501, 2}, 0x43eab1687eca5d3e},
  };
  for (const auto& [from, to, hash] : cases) {
    const cv::Mat picture =
        test::noise(static_cast<int>(from.height), static_cast<int>(from.width));
    EXPECT_EQ(fnv1a(resized(picture, to)), hash)
        << from.height << "x" << from.width << " to " << to.height << "x" << to.width;
  }
}

TEST(Antialias, WhiteStaysWhiteUnderManyTaps) {
  for (const ImageSize& to : {ImageSize{1, 3}, ImageSize{3, 1}, ImageSize{7, 20011}}) {
    const cv::Mat white(2, 60000, CV_8UC3, cv::Scalar(255, 255, 255));
    EXPECT_THAT(resized(white, to), testing::Each(255));
  }
}

TEST(Antialias, ReadsAWindowOfALargerPicture) {
  const cv::Mat window = test::noise(30, 40)(cv::Rect(5, 3, 21, 17));
  for (const ImageSize& to : {ImageSize{9, 25}, ImageSize{17, 25}, ImageSize{9, 21}}) {
    EXPECT_EQ(resized(window, to), resized(window.clone(), to));
  }
}

}  // namespace
}  // namespace rn
