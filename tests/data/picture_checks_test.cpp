#include "data/picture_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "data/picture_bytes.h"
#include "test_pictures.h"

namespace rn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Sets of pictures in a folder.
class PictureChecks : public testing::Test {
 protected:
  /// @param names of files with ids 1, 2, ... and this size
  Dataset set_of(const std::vector<std::string>& names, const std::string& source = "gt.json",
                 const ImageSize& size = {32, 48}) {
    CocoFile file;
    file.categories = {{1, "cell"}};
    for (const std::string& name : names) {
      const auto id = static_cast<int64_t>(file.images.size()) + 1;
      file.images.push_back({id, name, size.width, size.height});
    }
    return Dataset(file, folder_.path(), source);
  }

  void write(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, std::string_view(content));
  }

  static std::vector<std::string> texts(const std::vector<Fault>& faults) {
    std::vector<std::string> all;
    for (const Fault& fault : faults) all.push_back(fault.text);
    return all;
  }

  test::TempFolder folder_{"checks"};
};

TEST_F(PictureChecks, NamesWhatCannotBeUsedWhateverTheNumberOfThreads) {
  const cv::Mat picture = test::noise(32, 48);
  const std::string jpeg = test::encoded(picture, ".jpg");
  write("good.jpg", jpeg);
  write("cut.jpg", jpeg.substr(0, jpeg.size() / 2));
  write("text.png", "no picture");
  write("empty.png", "");
  write("other.png", test::encoded(test::noise(48, 48), ".png"));
  const Dataset set =
      set_of({"good.jpg", "cut.jpg", "text.png", "empty.png", "other.png", "gone.png"});
  for (const int threads : {1, 4}) {
    std::atomic<int> done{0};
    const auto checks = check_pictures(
        set, [&] { ++done; }, threads);
    EXPECT_EQ(done, 6);
    ASSERT_EQ(checks.size(), 6u);
    EXPECT_EQ(checks[0].fault, "");
    EXPECT_THAT(checks[1].fault, AllOf(HasSubstr("gt.json: image 2: "), HasSubstr("cut short")));
    EXPECT_THAT(checks[2].fault, HasSubstr("not a picture"));
    EXPECT_THAT(checks[3].fault, HasSubstr("empty"));
    EXPECT_THAT(checks[4].fault, AllOf(HasSubstr("48x48"), HasSubstr("48x32")));
    EXPECT_THAT(checks[5].fault, HasSubstr("gone.png"));
  }
}

TEST_F(PictureChecks, FindsPicturesTwiceInASetAndAcrossSets) {
  const cv::Mat picture = test::noise(32, 48);
  cv::Mat other = picture.clone();
  other.at<cv::Vec3b>(31, 47)[2] ^= 1;  // one bit
  write("a.png", test::encoded(picture, ".png"));
  write("b.png", test::encoded(other, ".png"));
  write("copy.png", test::encoded(picture, ".png"));
  write("a.bmp", test::encoded(picture, ".bmp"));
  write("text.png", "no picture");
  write("text2.png", "no picture");
  const Dataset train = set_of({"a.png", "b.png", "copy.png", "text.png", "text2.png"}, "t.json");
  const Dataset val = set_of({"a.bmp", "b.png"}, "v.json");
  for (const int threads : {1, 4}) {
    const auto train_checks = check_pictures(train, {}, threads);
    const auto val_checks = check_pictures(val, {}, threads);
    const auto faults = duplicate_pictures(
        {{"data.train", &train, &train_checks}, {"data.val", &val, &val_checks}});
    EXPECT_THAT(texts(faults),
                ElementsAre(AllOf(HasSubstr("v.json: image 1"), HasSubstr("a.bmp) is the picture"),
                                  HasSubstr("of t.json: image 1"), HasSubstr("same pixels")),
                            AllOf(HasSubstr("v.json: image 2"), HasSubstr("of t.json: image 2"),
                                  HasSubstr("both name the same file")),
                            AllOf(HasSubstr("t.json: image 3"), HasSubstr("copy.png"),
                                  HasSubstr("of image 1 ("), HasSubstr("the files are the same"))));
    EXPECT_THAT(faults[0].kind, HasSubstr("in data.train, too"));
    EXPECT_THAT(faults[2].kind, HasSubstr("twice in a set"));
  }
}

TEST_F(PictureChecks, TellsWhatBecameOfEveryExifOrientation) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    write(std::to_string(orientation) + ".jpg",
          test::with_orientation(test::encoded(test::noise(32, 48), ".jpg"), orientation));
  }
  const std::vector<std::string> turned = {"5.jpg", "6.jpg", "7.jpg", "8.jpg"};
  for (const PictureCheck& check : check_pictures(set_of(turned, "gt.json", {48, 32}))) {
    EXPECT_EQ(check.exif, ExifUse::kApplied) << check.fault;
  }
  for (const PictureCheck& check : check_pictures(set_of(turned))) {
    EXPECT_EQ(check.exif, ExifUse::kLeftOut) << check.fault;
  }
  const Dataset upright = set_of({"1.jpg", "2.jpg", "3.jpg", "4.jpg"});
  const auto checks = check_pictures(upright);
  EXPECT_EQ(checks[0].exif, ExifUse::kNone);
  for (size_t i = 1; i < 4; ++i) EXPECT_EQ(checks[i].exif, ExifUse::kUnclear);
  EXPECT_THAT(texts(unclear_orientations({"data.train", &upright, &checks})),
              ElementsAre(AllOf(HasSubstr("gt.json: image 2: "), HasSubstr("2.jpg")),
                          HasSubstr("image 3"), HasSubstr("image 4")));
  write("square.jpg", test::with_orientation(test::encoded(test::noise(32, 32), ".jpg"), 6));
  EXPECT_EQ(check_pictures(set_of({"square.jpg"}, "gt.json", {32, 32}))[0].exif, ExifUse::kUnclear);
}

TEST(JpegHeader, TellsOrientationAndSizeOrNothing) {
  const std::string jpeg = test::with_orientation(test::encoded(test::noise(32, 48), ".jpg"), 7);
  EXPECT_EQ(jpeg_header(jpeg).orientation, 7);
  EXPECT_EQ(jpeg_header(jpeg).stored, (ImageSize{32, 48}));
  EXPECT_EQ(jpeg_header(test::with_orientation(jpeg, 1)).orientation, 7);  // the first but 1
  const std::string plain = test::encoded(test::noise(32, 48), ".jpg");
  EXPECT_EQ(jpeg_header(test::with_orientation(plain, 9)).orientation, 1);
  for (size_t size = 0; size < jpeg.size(); ++size) jpeg_header({jpeg.data(), size});  // no overrun
  EXPECT_EQ(jpeg_header("").stored, (ImageSize{0, 0}));
}

}  // namespace
}  // namespace rn
