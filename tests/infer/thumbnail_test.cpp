#include "infer/thumbnail.h"

#include <opencv2/imgproc.hpp>

#include "infer/temp_folder.h"

namespace rn {
namespace {

class Thumbnails : public TempFolder {
 protected:
  /// 2000 x 1000 pixels, black and white stripes of 4 pixels: scaled down to 640 they are grey.
  std::filesystem::path stripes() const {
    cv::Mat image(1000, 2000, CV_8U, cv::Scalar(0));
    for (int x = 0; x < image.cols; ++x) {
      if (x / 4 % 2 == 1) image.col(x).setTo(255);
    }
    const auto path = folder_ / "stripes.png";
    cv::imwrite(path.string(), image);
    return path;
  }

  static cv::Mat pixels(const Thumbnail& thumbnail) {
    return cv::imdecode(std::vector<char>(thumbnail.jpeg.begin(), thumbnail.jpeg.end()),
                        cv::IMREAD_GRAYSCALE);
  }
};

TEST_F(Thumbnails, AreScaledToTheirLongSide) {
  const Thumbnail thumbnail = make_thumbnail(stripes(), {}, 640);
  EXPECT_EQ(thumbnail.original, (ImageSize{1000, 2000}));
  EXPECT_EQ(thumbnail.region, (ImageRegion{0, 0, 2000, 1000}));
  EXPECT_EQ(pixels(thumbnail).size(), cv::Size(640, 320));
}

TEST_F(Thumbnails, SmallPicturesKeepTheirSize) {
  EXPECT_EQ(pixels(make_thumbnail(picture("a.png", 64, 48), {}, 640)).size(), cv::Size(64, 48));
}

TEST_F(Thumbnails, KeepAPixelOfAThinPicture) {
  EXPECT_EQ(pixels(make_thumbnail(picture("long.png", 4000, 3), {}, 640)).size(), cv::Size(640, 1));
  EXPECT_EQ(pixels(make_thumbnail(picture("high.png", 1, 4000), {}, 640)).size(), cv::Size(1, 640));
}

TEST_F(Thumbnails, PartsAreCutInFullResolution) {
  const Thumbnail part = make_thumbnail(stripes(), ImageSize{1000, 2000}, 640,
                                        [](const ImageSize& size) -> ImageRegion {
                                          return {size.width - 160, 40, 160, 120};
                                        });
  EXPECT_EQ(part.region, (ImageRegion{1840, 40, 160, 120}));
  const cv::Mat cut = pixels(part);
  ASSERT_EQ(cut.size(), cv::Size(160, 120));
  for (int x = 1; x < cut.cols; x += 4) {  // within the stripes
    EXPECT_NEAR(cut.at<uchar>(60, x), x / 4 % 2 == 1 ? 255 : 0, 40) << x;
  }
}

TEST_F(Thumbnails, LargePartsAreScaledToo) {
  const Thumbnail part = make_thumbnail(stripes(), {}, 480, [](const ImageSize&) -> ImageRegion {
    return {100, 0, 960, 720};
  });
  EXPECT_EQ(pixels(part).size(), cv::Size(480, 360));
}

TEST_F(Thumbnails, PartsBeyondThePictureAreABug) {
  const auto beyond = [](const ImageSize& size) -> ImageRegion { return {1, 0, size.width, 9}; };
  EXPECT_THROW(make_thumbnail(stripes(), {}, 640, beyond), std::exception);
}

}  // namespace
}  // namespace rn
