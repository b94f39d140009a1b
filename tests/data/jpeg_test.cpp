#include "data/jpeg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "core/files.h"
#include "data/image.h"
#include "data/picture_bytes.h"
#include "test_pictures.h"

namespace rn {
namespace {

/// As pictures were decoded before libjpeg was asked directly: by way of BGR.
cv::Mat decoded_by_opencv(const std::string& bytes) {
  use_opencv_quietly();
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  const cv::Mat bgr = cv::imdecode(buffer, cv::IMREAD_COLOR);
  if (bgr.empty()) return {};
  cv::Mat rgb;
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return rgb;
}

bool same_bytes(const cv::Mat& a, const cv::Mat& b) {
  if (a.size() != b.size() || a.type() != b.type()) return false;
  return a.empty() || cv::norm(a, b, cv::NORM_INF) == 0;
}

/// Between noise, whose coefficients are all large, and a flat area, where all are 0.
cv::Mat picture(int height, int width) {
  cv::Mat image = test::noise(height, width);
  cv::blur(image, image, {5, 5});
  image(cv::Rect(0, 0, (width + 1) / 2, (height + 1) / 3)) = cv::Scalar(20, 90, 200);
  return image;
}

std::string jpeg(const cv::Mat& image, const std::vector<int>& options = {}) {
  std::vector<uint8_t> bytes;
  cv::imencode(".jpg", image, bytes, options);
  return {bytes.begin(), bytes.end()};
}

const std::vector<cv::Size> kSizes = {{1, 1},   {1, 9},   {7, 1},   {8, 8},
                                      {17, 33}, {64, 48}, {131, 75}};

TEST(OrdinaryJpeg, HasOpenCVsBytes) {
  const std::vector<std::vector<int>> kinds = {
      {},
      {cv::IMWRITE_JPEG_QUALITY, 20},
      {cv::IMWRITE_JPEG_QUALITY, 100},
      {cv::IMWRITE_JPEG_PROGRESSIVE, 1},
      {cv::IMWRITE_JPEG_OPTIMIZE, 1},
      {cv::IMWRITE_JPEG_RST_INTERVAL, 3},
  };
  for (const cv::Size size : kSizes) {
    for (size_t kind = 0; kind < kinds.size(); ++kind) {
      const std::string bytes = jpeg(picture(size.height, size.width), kinds[kind]);
      const cv::Mat found = decode_ordinary_jpeg(bytes);
      ASSERT_EQ(found.size(), size) << kind;
      EXPECT_TRUE(same_bytes(found, decoded_by_opencv(bytes))) << size << ", kind " << kind;
    }
  }
}

TEST(OrdinaryJpeg, MayBeGrey) {
  for (const cv::Size size : kSizes) {
    cv::Mat grey;
    cv::cvtColor(picture(size.height, size.width), grey, cv::COLOR_BGR2GRAY);
    const std::string bytes = jpeg(grey);
    const cv::Mat found = decode_ordinary_jpeg(bytes);
    ASSERT_EQ(found.size(), size);
    EXPECT_TRUE(same_bytes(found, decoded_by_opencv(bytes))) << size;
  }
}

TEST(OrdinaryJpeg, IsWhatComesFromPrograms) {
  const std::filesystem::path folder = RN_SOURCE_DIR;
  const std::string bytes = read_file(folder / "data/pictures/detections.jpg");
  const cv::Mat found = decode_ordinary_jpeg(bytes);
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(same_bytes(found, decoded_by_opencv(bytes)));
}

TEST(OrdinaryJpeg, IsUpright) {
  const std::string plain = jpeg(picture(40, 56));
  const cv::Mat expected = decoded_by_opencv(plain);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string bytes = test::with_orientation(plain, orientation);
    EXPECT_EQ(decode_ordinary_jpeg(bytes).empty(), orientation != 1) << orientation;
    EXPECT_TRUE(same_bytes(decode_image(bytes, ""), decoded_by_opencv(bytes))) << orientation;
  }
  EXPECT_TRUE(same_bytes(decode_ordinary_jpeg(test::with_orientation(plain, 1)), expected));
}

TEST(OrdinaryJpeg, IsNothingElse) {
  const std::string bytes = jpeg(picture(40, 56));
  EXPECT_TRUE(decode_ordinary_jpeg("").empty());
  EXPECT_TRUE(decode_ordinary_jpeg("not a picture at all").empty());
  EXPECT_TRUE(decode_ordinary_jpeg(test::encoded(picture(40, 56), ".png")).empty());
  EXPECT_TRUE(decode_ordinary_jpeg(test::cmyk_jpeg({0, 255, 255, 255})).empty());
  testing::internal::CaptureStderr();
  for (size_t size = 0; size < bytes.size(); size += 7) {
    ASSERT_TRUE(decode_ordinary_jpeg(std::string_view(bytes).substr(0, size)).empty()) << size;
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(OrdinaryJpeg, IsUndamaged) {
  std::string bytes = jpeg(picture(120, 160));
  bytes[bytes.size() / 2] = '\xFF';  // an end in the middle of the coded data
  bytes[bytes.size() / 2 + 1] = '\xD9';
  EXPECT_TRUE(decode_ordinary_jpeg(bytes).empty());

  testing::internal::CaptureStderr();
  const cv::Mat expected = decoded_by_opencv(bytes);
  const std::string warning = testing::internal::GetCapturedStderr();
  ASSERT_FALSE(expected.empty());
  testing::internal::CaptureStderr();
  const cv::Mat found = decode_image(bytes, "damaged.jpg");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), warning);
  EXPECT_TRUE(same_bytes(found, expected));
}

TEST(OrdinaryJpeg, IsTrustedOnlyWhereOpenCVAgrees) {
  const std::string whole =
      test::with_orientation(jpeg(picture(24, 40), {cv::IMWRITE_JPEG_RST_INTERVAL, 2}), 1);
  int decoded = 0;
  for (uint64_t round = 0; round < 2000; ++round) {
    Rng rng(7, round);
    std::string bytes = whole;
    const int64_t changes = 1 + rng.below(3);
    for (int64_t change = 0; change < changes; ++change) {
      const int64_t place = rng.below(static_cast<int64_t>(bytes.size()));
      bytes[static_cast<size_t>(place)] = static_cast<char>(rng.below(256));
    }
    const cv::Mat found = decode_ordinary_jpeg(bytes);
    if (found.empty()) continue;
    ++decoded;
    ASSERT_TRUE(same_bytes(found, decoded_by_opencv(bytes))) << "round " << round;
  }
  EXPECT_GT(decoded, 100);  // many changes pass for another picture
  EXPECT_LT(decoded, 1900);
}

/// A TIFF directory of one entry, little or big endian.
std::string exif(bool is_little, int tag, int value) {
  const auto two = [&](int number) {
    const char low = static_cast<char>(number & 0xFF), high = static_cast<char>(number >> 8);
    return is_little ? std::string{low, high} : std::string{high, low};
  };
  const auto four = [&](int number) {
    return is_little ? two(number) + two(0) : two(0) + two(number);
  };
  return std::string("Exif\0\0", 6) + (is_little ? "II" : "MM") + two(42) + four(8) + two(1) +
         two(tag) + two(3) + four(1) + two(value) + two(0) + four(0);
}

TEST(PictureBytes, KnowsAnUprightExifSegment) {
  for (const bool is_little : {false, true}) {
    EXPECT_TRUE(exif_is_upright(exif(is_little, 0x0112, 1)));
    EXPECT_TRUE(exif_is_upright(exif(is_little, 0x0128, 2)));  // the unit of the resolution
    for (int orientation = 2; orientation <= 8; ++orientation) {
      EXPECT_FALSE(exif_is_upright(exif(is_little, 0x0112, orientation))) << orientation;
    }
    const std::string whole = exif(is_little, 0x0112, 1);
    const size_t directory = whole.size() - 4;  // what follows is the place of the next one
    for (size_t size = 4; size < directory; ++size) {
      EXPECT_FALSE(exif_is_upright(std::string_view(whole).substr(0, size))) << size;
    }
    EXPECT_TRUE(exif_is_upright(std::string_view(whole).substr(0, directory)));
  }
  EXPECT_TRUE(exif_is_upright(std::string_view("http://ns.adobe.com/xap/1.0/\0<x/>", 34)));
  EXPECT_TRUE(exif_is_upright(""));
  EXPECT_FALSE(exif_is_upright(std::string_view("Exif\0\0nonsense", 14)));
  std::string nameless = exif(true, 0x0112, 6);
  nameless.replace(0, 4, "none");  // OpenCV doesn't read the name
  EXPECT_FALSE(exif_is_upright(nameless));
  std::string far = exif(true, 0x0112, 1);
  far.replace(10, 4, "\xFF\xFF\xFF\x7F");  // a directory beyond the end
  EXPECT_FALSE(exif_is_upright(far));
}

}  // namespace
}  // namespace rn
