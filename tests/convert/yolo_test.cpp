#include "convert/yolo.h"

#include "convert/convert_case.h"

namespace rn::testing {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Yolo : public ConvertTest {
 protected:
  void SetUp() override {
    write("set/images/a.jpg", "640x480");
    write("set/classes.txt", "cat\ndog\nsheep\n");
  }
  ConvertOptions to_coco() {
    return options(AnnotationFormat::kYolo, "set/labels", AnnotationFormat::kCoco, "out.json");
  }
  Converted convert() { return convert_annotations(to_coco()); }
  /// The error about one file.
  std::string fault(const std::string& text) {
    return error_of([&] { parse_yolo(text, "a.txt", 3); });
  }
};

TEST_F(Yolo, SharesBecomePixelsOfThePicture) {
  write("set/labels/a.txt", "1 0.5 0.5 1 1\n2 0.25 0.75 0.125 0.25");
  const Converted converted = convert();
  EXPECT_EQ(boxes_of(converted.file), (Boxes{{0, 0, 640, 480}, {120, 300, 80, 120}}));
  EXPECT_EQ(converted.file.images[0].width, 640);
  EXPECT_EQ(converted.file.images[0].height, 480);
  EXPECT_EQ(converted.file.annotations[0].category_id, 2);
  EXPECT_EQ(converted.file.categories,
            (std::vector<Category>{{1, "cat"}, {2, "dog"}, {3, "sheep"}}));
  EXPECT_THAT(headings(converted.notes), IsEmpty());
}

/// 67, 314, 219, 166 of 640x480, written with six digits as nearly every program does.
TEST_F(Yolo, RoundingTakesAwayWhatSixDigitsLost) {
  write("set/labels/a.txt", "0 0.275781 0.827083 0.342188 0.345833\n");
  EXPECT_EQ(boxes_of(convert().file), (Boxes{{67, 314, 219, 166}}));
}

TEST_F(Yolo, PicturesWithoutObjectsOrWithoutALabelFileStay) {
  write("set/labels/a.txt", "");
  write("set/images/b.png", "4x4");
  write("set/images/c.jpg", "100x100");
  write("set/labels/c.txt", "0 0.5 0.5 0.01 0.01\r\n\r\n");
  const Converted converted = convert();
  EXPECT_THAT(names_of(converted.file), ElementsAre("a.jpg", "b.png", "c.jpg"));
  EXPECT_EQ(boxes_of(converted.file), (Boxes{{49.5, 49.5, 1, 1}}));
  EXPECT_THAT(headings(converted.notes), ElementsAre(HasSubstr("pictures without a label file")));
}

TEST_F(Yolo, AnOutlineBecomesItsBox) {
  write("set/labels/a.txt", "0 0.1 0.2 0.5 0.1 0.3 0.9\n");
  const Converted converted = convert();
  EXPECT_EQ(boxes_of(converted.file), (Boxes{{64, 48, 256, 384}}));
  EXPECT_THAT(headings(converted.notes),
              ElementsAre("outlines, of which the bounding box is kept: 1"));
}

TEST_F(Yolo, LabelsLieInTheFoldersThatThePicturesLieIn) {
  write("set/images/x/a.jpg", "100x100");
  write("set/labels/x/a.txt", "1 0.5 0.5 0.5 0.5\n");
  write("set/labels/a.txt", "0 0.5 0.5 0.5 0.5\n");
  write("set/labels/gone.txt", "0 0.5 0.5 0.5 0.5\n");
  const Converted converted = convert();
  EXPECT_THAT(names_of(converted.file), ElementsAre("a.jpg", "x/a.jpg"));
  EXPECT_EQ(converted.file.annotations[1].category_id, 2);
  ASSERT_EQ(converted.notes.kinds().size(), 1u);
  EXPECT_EQ(shortened(converted.notes.kinds()[0].named[0]), "set/labels/gone.txt");
}

TEST_F(Yolo, LabelsMayLieBesideThePictures) {
  write("flat/a.jpg", "100x100");
  write("flat/a.txt", "0 0.5 0.5 0.5 0.5\n");
  write("flat/classes.txt", "cat\n");
  const Converted converted = convert_annotations(
      options(AnnotationFormat::kYolo, "flat", AnnotationFormat::kCoco, "out.json"));
  EXPECT_EQ(boxes_of(converted.file), (Boxes{{25, 25, 50, 50}}));
  EXPECT_THAT(headings(converted.notes), IsEmpty());
}

TEST_F(Yolo, BoxesThatCantBeAreNamedAndLeftOut) {
  write("set/labels/a.txt", "0 0.5 0.5 0 0.5\n0 nan 0.5 0.5 0.5\n0 0.5 0.5 0.5 0.5\n");
  const Converted converted = convert();
  EXPECT_EQ(converted.file.annotations.size(), 1u);
  ASSERT_EQ(converted.notes.kinds().size(), 1u);
  EXPECT_EQ(shortened(converted.notes.kinds()[0].named[0]),
            "set/labels/a.txt: line 1: the box has width 0");
  EXPECT_EQ(shortened(converted.notes.kinds()[0].named[1]),
            "set/labels/a.txt: line 2: the box has numbers that are not finite");
}

TEST_F(Yolo, NamesWhatIsWrongWithALine) {
  EXPECT_EQ(fault("0 0.5 0.5 0.5 0.5\n7 0.5 0.5 0.5 0.5"),
            "a.txt: line 2: class 7, but the classes are 0 to 2; correct it, or name the right "
            "--classes FILE");
  EXPECT_THAT(fault("-1 0.5 0.5 0.5 0.5"), HasSubstr("class -1, but"));
  EXPECT_EQ(fault("cat 0.5 0.5 0.5 0.5"),
            "a.txt: line 1: its class is \"cat\", expected an index from 0");
  EXPECT_THAT(fault("0.5 0.5 0.5 0.5 0.5"), HasSubstr("its class is \"0.5\""));
  EXPECT_THAT(fault("0 320 240 100 80"),
              HasSubstr("line 1: 320 is no share of a picture, 0 to 1; are these pixels?"));
  EXPECT_THAT(fault("0 0.5 0,5 0.5 0.5"), HasSubstr("line 1: \"0,5\" is no number"));
  EXPECT_THAT(fault("0 0.5 0.5 0.5"), HasSubstr("line 1: 4 words, expected 5"));
  EXPECT_THAT(fault("0 0.5 0.5 0.5 0.5 0.9"), HasSubstr("detections with a score are no labels"));
  EXPECT_THAT(fault("0 0.5 0.5 0.5 0.5 0.5 0.5 0.5"), HasSubstr("line 1: 8 words"));
}

TEST_F(Yolo, ASplitWithFoldersTakesNoPictureOfAnother) {
  for (const char* name : {"v1/1", "v2/1", "v2/2"}) {
    write(fmt::format("set/images/{}.jpg", name), "10x10");
    write(fmt::format("set/labels/{}.txt", name), "0 0.5 0.5 0.2 0.2\n");
  }
  const auto taken = [&](const std::string& lines) {
    write("list.txt", lines);
    ConvertOptions options = to_coco();
    options.split = folder_ / "list.txt";
    options.overwrite = true;
    return names_of(convert_annotations(options).file);
  };
  EXPECT_THAT(taken("./images/v1/1.jpg\n"), ElementsAre("v1/1.jpg"));
  EXPECT_THAT(taken("1\n"), ElementsAre("v1/1.jpg", "v2/1.jpg"));  // of any folder
  EXPECT_THAT(taken("/data/set/images/v2/1.jpg\nv2/2\n"), ElementsAre("v2/1.jpg", "v2/2.jpg"));
  write("list.txt", "v1/1.jpg\nv3/1.jpg\n");
  ConvertOptions options = to_coco();
  options.split = folder_ / "list.txt";
  options.overwrite = true;
  EXPECT_EQ(conversion_error(options),
            "list.txt: line 2: \"v3/1.jpg\" is not in set/images; mend the list, or name other "
            "--annotations");
}

TEST_F(Yolo, WhatIsReadIsNotWrittenOver) {
  write("set/labels/a.txt", "0 0.5 0.5 0.2 0.2\n");
  write("coco.json",
        R"({"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}], "annotations": [],
            "categories": [{"id": 1, "name": "cat"}]})");
  write("set/data.yaml", "train: mine\nnames: [cat]\n");
  ConvertOptions options =
      this->options(AnnotationFormat::kCoco, "coco.json", AnnotationFormat::kYolo, "set");
  options.classes = folder_ / "set/data.yaml";
  options.overwrite = true;
  EXPECT_EQ(conversion_error(options),
            "set/data.yaml: is read, too; name another place to write to: --out");
  EXPECT_EQ(content("set/data.yaml"), "train: mine\nnames: [cat]\n");
}

TEST_F(Yolo, SaysWhatIsMissing) {
  std::filesystem::create_directories(folder_ / "set/labels");
  EXPECT_EQ(conversion_error(to_coco()),
            "set/labels: has a label file for none of the 1 picture of set/images; a.jpg would "
            "have a.txt");
  std::filesystem::create_directories(folder_ / "set/labels/labels");
  EXPECT_THAT(conversion_error(to_coco()),
              HasSubstr("name the folder of one part's labels: --annotations "));
  std::filesystem::remove(folder_ / "set/labels/labels");
  write("set/labels/a.txt", "");
  write("set/images/broken.jpg", "?");
  EXPECT_EQ(conversion_error(to_coco()),
            "set/labels: doesn't tell the size of 2 pictures, and of these 1 can't be read; name "
            "their folder with --images DIR, or take them out:\n  set/images/broken.jpg: not a "
            "picture");
  std::filesystem::remove(folder_ / "set/classes.txt");
  EXPECT_THAT(conversion_error(to_coco()),
              HasSubstr("set/labels: YOLO's labels are numbers; name their classes: --classes"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.json"));
}

TEST_F(Yolo, IsWrittenWithAFileForEachPictureAndTheClassesFromZero) {
  write("coco.json", R"({"images": [{"id": 5, "file_name": "x/a.jpg", "width": 640, "height": 480},
                                    {"id": 6, "file_name": "b.jpg", "width": 3, "height": 3}],
    "categories": [{"id": 9, "name": "dog: \"big\""}, {"id": 4, "name": "cat"}],
    "annotations": [{"id": 1, "image_id": 5, "category_id": 9, "bbox": [120, 300, 80, 120]},
                    {"id": 2, "image_id": 5, "category_id": 4, "bbox": [-10, 470, 20, 20]},
                    {"id": 3, "image_id": 5, "category_id": 4, "bbox": [700, 10, 20, 20]},
                    {"id": 4, "image_id": 5, "category_id": 4, "bbox": [1, 1, 9, 9], "iscrowd": 1}]})");
  const Converted converted = convert_annotations(
      options(AnnotationFormat::kCoco, "coco.json", AnnotationFormat::kYolo, "out"));
  EXPECT_EQ(content("out/labels/x/a.txt"),
            "1 0.25 0.75 0.125 0.25\n0 0.0078125 0.989583333 0.015625 0.020833333\n");
  EXPECT_EQ(content("out/labels/b.txt"), "");
  EXPECT_THAT(
      headings(converted.notes),
      ElementsAre("boxes outside their picture, left out: 1", "boxes cut to their picture: 1",
                  "crowd regions, left out, for the new format has none: 1"));
  EXPECT_EQ(content("out/pictures.txt"), "./images/x/a.jpg\n./images/b.jpg\n");
  const ClassList classes = read_class_list(folder_ / "out/data.yaml");
  EXPECT_EQ(classes.categories, (std::vector<Category>{{1, "cat"}, {2, "dog: \"big\""}}));
}

}  // namespace
}  // namespace rn::testing
