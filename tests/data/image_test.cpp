#include "data/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <opencv2/imgproc.hpp>

#include "core/error.h"
#include "core/temporary_folder.h"
#include "data/picture_bytes.h"
#include "test_pictures.h"

namespace rn {
namespace {

using test::encoded;
using test::error_of;
using testing::HasSubstr;

const cv::Vec3b kRed(255, 0, 0), kGreen(0, 255, 0), kBlue(0, 0, 255), kWhite(255, 255, 255);

void expect_near(const cv::Vec3b& found, const cv::Vec3b& expected, int tolerance,
                 const std::string& where) {
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(found[c], expected[c], tolerance) << where << ", channel " << c;
  }
}

/// RGB, 32 high, 48 wide: red and green above, blue and white below.
cv::Mat quadrants() {
  cv::Mat image(32, 48, CV_8UC3);
  image(cv::Rect(0, 0, 24, 16)) = cv::Scalar(255, 0, 0);
  image(cv::Rect(24, 0, 24, 16)) = cv::Scalar(0, 255, 0);
  image(cv::Rect(0, 16, 24, 16)) = cv::Scalar(0, 0, 255);
  image(cv::Rect(24, 16, 24, 16)) = cv::Scalar(255, 255, 255);
  return image;
}

cv::Mat swapped(const cv::Mat& image) {
  cv::Mat other;
  cv::cvtColor(image, other, cv::COLOR_RGB2BGR);
  return other;
}

/// How a camera stores the upright picture: EXIF's definition of where row 0 and column 0 are.
cv::Mat stored_as(const cv::Mat& upright, int orientation) {
  const int h = upright.rows, w = upright.cols;
  const bool turned = orientation >= 5;
  cv::Mat stored(turned ? w : h, turned ? h : w, CV_8UC3);
  for (int r = 0; r < stored.rows; ++r) {
    for (int c = 0; c < stored.cols; ++c) {
      int y = turned ? c : r;
      int x = turned ? r : c;
      if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8) {
        y = h - 1 - y;  // row 0 (or, turned, column 0) is the bottom
      }
      if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7) {
        x = w - 1 - x;  // column 0 (or, turned, row 0) is the right side
      }
      stored.at<cv::Vec3b>(r, c) = upright.at<cv::Vec3b>(y, x);
    }
  }
  return stored;
}

std::string oriented_jpeg(int orientation) {
  return test::with_orientation(encoded(swapped(stored_as(quadrants(), orientation)), ".jpg"),
                                orientation);
}

TEST(Image, AppliesEveryExifOrientation) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const cv::Mat image = decode_image(oriented_jpeg(orientation), "a.jpg", ImageSize{32, 48});
    const std::string where = "orientation " + std::to_string(orientation);
    ASSERT_EQ(image.size(), cv::Size(48, 32)) << where;
    expect_near(image.at<cv::Vec3b>(6, 8), kRed, 6, where);
    expect_near(image.at<cv::Vec3b>(6, 40), kGreen, 6, where);
    expect_near(image.at<cv::Vec3b>(26, 8), kBlue, 6, where);
    expect_near(image.at<cv::Vec3b>(26, 40), kWhite, 6, where);
  }
}

TEST(Image, LeavesTheTurnOutWhereTheFileClaimsTheStoredSize) {
  for (int orientation = 5; orientation <= 8; ++orientation) {
    const cv::Mat image = decode_image(oriented_jpeg(orientation), "a.jpg", ImageSize{48, 32});
    ASSERT_EQ(image.size(), cv::Size(32, 48));
    const cv::Mat stored = stored_as(quadrants(), orientation);
    expect_near(image.at<cv::Vec3b>(6, 6), stored.at<cv::Vec3b>(6, 6), 6, "as stored");
    expect_near(image.at<cv::Vec3b>(40, 6), stored.at<cv::Vec3b>(40, 6), 6, "as stored");
  }
}

TEST(Image, TellsTheSizeThatReadingGives) {
  const TemporaryFolder folder;
  const auto size_of_file = [&](const std::string& bytes) {
    std::ofstream(folder / "a", std::ios::binary) << bytes;
    return read_image_size(folder / "a");
  };
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(size_of_file(oriented_jpeg(orientation)), (ImageSize{32, 48})) << orientation;
  }
  EXPECT_EQ(size_of_file(encoded(swapped(quadrants()), ".png")), (ImageSize{32, 48}));
  EXPECT_THAT(error_of([&] { size_of_file("\xFF\xD8\xFF"); }), HasSubstr("cut short"));
  EXPECT_THAT(error_of([&] { size_of_file("text"); }), HasSubstr("not a picture"));
}

TEST(Image, RefusesAnotherSizeThanTheFileClaims) {
  const std::string jpeg = encoded(swapped(quadrants()), ".jpg");
  for (const ImageSize claim : {ImageSize{48, 32}, ImageSize{64, 96}}) {
    const std::string error = error_of([&] { decode_image(jpeg, "dir/a.jpg", claim); });
    EXPECT_THAT(error, HasSubstr("dir/a.jpg: the picture has 48x32 pixels"));
    EXPECT_THAT(error, HasSubstr(fmt::format("says {}x{}", claim.width, claim.height)));
  }
}

TEST(Image, RepeatsGrey) {
  const cv::Mat image = decode_image(encoded(cv::Mat(4, 6, CV_8UC1, cv::Scalar(77)), ".png"), "g");
  ASSERT_EQ(image.type(), CV_8UC3);
  EXPECT_EQ(image.at<cv::Vec3b>(2, 3), cv::Vec3b(77, 77, 77));
}

TEST(Image, Scales16BitTo8) {
  cv::Mat deep(2, 2, CV_16UC3, cv::Scalar(0, 0x8000, 0xFFFF));  // BGR
  for (const char* extension : {".png", ".tiff"}) {
    const cv::Mat image = decode_image(encoded(deep, extension), "deep");
    ASSERT_EQ(image.type(), CV_8UC3);
    EXPECT_EQ(image.at<cv::Vec3b>(1, 1), cv::Vec3b(255, 128, 0)) << extension;
  }
  const cv::Mat grey =
      decode_image(encoded(cv::Mat(2, 2, CV_16UC1, cv::Scalar(0x4000)), ".png"), "");
  EXPECT_EQ(grey.at<cv::Vec3b>(0, 0), cv::Vec3b(64, 64, 64));
}

TEST(Image, DropsAlpha) {
  const cv::Mat clear(2, 2, CV_8UC4, cv::Scalar(30, 20, 10, 0));  // BGRA, wholly transparent
  EXPECT_EQ(decode_image(encoded(clear, ".png"), "a").at<cv::Vec3b>(0, 0), cv::Vec3b(10, 20, 30));
}

TEST(Image, ConvertsCmyk) {
  const cv::Mat cyan = decode_image(test::cmyk_jpeg({0, 255, 255, 255}), "cyan");
  ASSERT_EQ(cyan.size(), cv::Size(8, 8));
  expect_near(cyan.at<cv::Vec3b>(4, 4), cv::Vec3b(0, 255, 255), 4, "cyan ink");
  const cv::Mat black = decode_image(test::cmyk_jpeg({255, 255, 255, 0}), "black");
  expect_near(black.at<cv::Vec3b>(4, 4), cv::Vec3b(0, 0, 0), 4, "black ink");
  const cv::Mat half = decode_image(test::cmyk_jpeg({255, 128, 255, 255}), "half magenta");
  expect_near(half.at<cv::Vec3b>(4, 4), cv::Vec3b(255, 128, 255), 4, "half magenta");
}

TEST(Image, NamesTheFileAndTheReason) {
  const test::TempFolder folder("reasons");
  const std::string jpeg = encoded(swapped(quadrants()), ".jpg");
  const std::string png = encoded(swapped(quadrants()), ".png");
  // A preview inside the file has an end marker of its own.
  const std::string with_preview = test::with_segment(jpeg, 0xE2, jpeg);
  write_file_atomically(folder / "empty.jpg", std::string_view(""));
  write_file_atomically(folder / "text.jpg", std::string_view("not a picture at all\n"));
  write_file_atomically(folder / "cut.jpg", std::string_view(jpeg).substr(0, jpeg.size() / 2));
  write_file_atomically(folder / "head.jpg", std::string_view(jpeg).substr(0, 5));
  write_file_atomically(folder / "preview.jpg",
                        std::string_view(with_preview).substr(0, with_preview.size() - 9));
  write_file_atomically(folder / "cut.png", std::string_view(png).substr(0, png.size() - 20));
  std::filesystem::create_directory(folder / "folder.jpg");
  const auto error_for = [&](const std::string& name) {
    testing::internal::CaptureStderr();
    const std::string error = error_of([&] { read_image(folder / name); });
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << name;
    EXPECT_THAT(error, HasSubstr((folder / name).string()));
    return error;
  };
  EXPECT_THAT(error_for("empty.jpg"), HasSubstr("the file is empty"));
  EXPECT_THAT(error_for("text.jpg"), HasSubstr("not a picture"));
  EXPECT_THAT(error_for("cut.jpg"), HasSubstr("the JPEG is cut short"));
  EXPECT_THAT(error_for("head.jpg"), HasSubstr("the JPEG is cut short"));
  EXPECT_THAT(error_for("preview.jpg"), HasSubstr("the JPEG is cut short"));
  EXPECT_THAT(error_for("cut.png"), HasSubstr("the PNG is cut short"));
  error_for("missing.jpg");
  error_for("folder.jpg");
  EXPECT_EQ(decode_image(with_preview, "").size(), cv::Size(48, 32));
}

TEST(Image, IsSilentAboutColourProfiles) {
  const std::string png = encoded(swapped(quadrants()), ".png");
  const std::string profile("\0\0\0\x05iCCPxx\0\0y\0\0\0\0", 17);
  const std::string odd = png.substr(0, 33) + profile + png.substr(33);  // after IHDR
  testing::internal::CaptureStderr();
  const cv::Mat image = decode_image(odd, "odd.png");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(image.at<cv::Vec3b>(0, 0), kRed);
  EXPECT_EQ(image.at<cv::Vec3b>(31, 47), kWhite);
}

TEST(PictureBytes, FindsTheEndOfAJpegBeforeTrailingBytes) {
  const std::string jpeg = encoded(swapped(quadrants()), ".jpg");
  EXPECT_TRUE(jpeg_is_whole(jpeg));
  EXPECT_TRUE(jpeg_is_whole(jpeg + std::string(100, '\0')));
  for (size_t size = 2; size < jpeg.size(); ++size) {
    ASSERT_FALSE(jpeg_is_whole(std::string_view(jpeg).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace rn
