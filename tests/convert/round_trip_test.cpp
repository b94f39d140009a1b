#include <cmath>

#include "coco/record_writer.h"
#include "convert/convert_case.h"

namespace rn::testing {
namespace {
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

/// COCO to another format and back, with pictures and ids that the way back can restore.
class RoundTrip : public ConvertTest, public ::testing::WithParamInterface<AnnotationFormat> {
 protected:
  void SetUp() override {
    for (const char* name : {"000000000139.jpg", "x/000000000285.jpg", "000000000632.png"}) {
      write(std::string("pictures/") + name, "640x427");
    }
    file_.images = {{139, "000000000139.jpg", 640, 427},
                    {632, "000000000632.png", 640, 427},
                    {285, "x/000000000285.jpg", 640, 427}};
    file_.categories = {{1, "person"}, {3, "Auto \xC3\xA4"}, {90, "toothbrush, new"}};
  }

  void add(int64_t image, int64_t category, const std::array<double, 4>& box) {
    CocoAnnotation annotation;
    annotation.id = static_cast<int64_t>(file_.annotations.size()) + 1;
    annotation.image_id = image;
    annotation.category_id = category;
    annotation.bbox = box;
    annotation.area = box[2] * box[3];
    annotation.iscrowd = false;
    file_.annotations.push_back(annotation);
  }

  CocoFile there_and_back() {
    const AnnotationFormat format = GetParam();
    write_coco_file(folder_ / "coco.json", file_);
    const bool is_csv = format == AnnotationFormat::kCsv;
    ConvertOptions there =
        options(AnnotationFormat::kCoco, "coco.json", format, is_csv ? "set.csv" : "set");
    there.images = folder_ / "pictures";
    convert_annotations(there);
    const char* written = is_csv                             ? "set.csv"
                          : format == AnnotationFormat::kVoc ? "set/Annotations"
                                                             : "set/labels";
    ConvertOptions back = options(format, written, AnnotationFormat::kCoco, "back.json");
    back.images = there.images;
    back.classes = folder_ / "coco.json";
    convert_annotations(back);
    return read_coco_file(folder_ / "back.json");
  }

  CocoFile file_;
};

TEST_P(RoundTrip, RestoresPicturesClassesAndWholeBoxes) {
  add(139, 1, {0, 0, 640, 427});
  add(139, 90, {3, 4, 1, 1});
  for (int i = 0; i < 500; ++i)
    add(285, i % 2 == 0 ? 1 : 3, {i + 0.0, i / 2.0 - i % 2 / 2.0, 77, 91});
  const CocoFile back = there_and_back();
  ASSERT_EQ(back.images.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(back.images[i].id, file_.images[i].id);
    EXPECT_EQ(back.images[i].file_name, file_.images[i].file_name);
    EXPECT_EQ(back.images[i].width, 640);
    EXPECT_EQ(back.images[i].height, 427);
  }
  EXPECT_EQ(back.categories, file_.categories);
  ASSERT_EQ(back.annotations.size(), file_.annotations.size());
  for (size_t i = 0; i < file_.annotations.size(); ++i) {
    EXPECT_EQ(back.annotations[i].id, file_.annotations[i].id);
    EXPECT_EQ(back.annotations[i].image_id, file_.annotations[i].image_id);
    EXPECT_EQ(back.annotations[i].category_id, file_.annotations[i].category_id);
    EXPECT_EQ(back.annotations[i].bbox, file_.annotations[i].bbox);
    EXPECT_EQ(back.annotations[i].area, file_.annotations[i].area);
  }
}

/// COCO's own boxes have two digits: VOC rounds each side to the nearest pixel, the others keep
/// them.
TEST_P(RoundTrip, RestoresFractionsAsFarAsTheFormatHasThem) {
  std::vector<std::array<double, 4>> boxes;
  for (int i = 0; i < 200; ++i) {
    const double x = i * 2.37, y = i * 1.13;
    boxes.push_back({std::round(x * 100) / 100, std::round(y * 100) / 100, 38.65, 0.5 + i / 4.0});
    add(139, 1, boxes.back());
  }
  const CocoFile back = there_and_back();
  ASSERT_EQ(back.annotations.size(), boxes.size());
  const double most = GetParam() == AnnotationFormat::kVoc ? 0.5 + 1e-9 : 1e-9;
  for (size_t i = 0; i < boxes.size(); ++i) {
    const auto& found = *back.annotations[i].bbox;
    EXPECT_NEAR(found[0], boxes[i][0], most) << i;
    EXPECT_NEAR(found[1], boxes[i][1], most) << i;
    EXPECT_NEAR(found[0] + found[2], boxes[i][0] + boxes[i][2], most) << i;
    EXPECT_NEAR(found[1] + found[3], boxes[i][1] + boxes[i][3], most) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip,
                         ::testing::Values(AnnotationFormat::kVoc, AnnotationFormat::kYolo,
                                           AnnotationFormat::kCsv),
                         [](const auto& test) {
                           for (const auto& [format, name] : enum_names(test.param)) {
                             if (format == test.param) return std::string(name);
                           }
                           return std::string();
                         });

class Convert : public ConvertTest {};

TEST_F(Convert, NothingIsWrittenOver) {
  write("a.xml",
        "<annotation><filename>a.jpg</filename><size><width>4</width><height>3</height></"
        "size><object><name>dog</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</"
        "ymax></bndbox></object></annotation>");
  write("out.json", "mine");
  write("out/mine.txt", "mine");
  ConvertOptions to_coco =
      options(AnnotationFormat::kVoc, "a.xml", AnnotationFormat::kCoco, "out.json");
  EXPECT_EQ(conversion_error(to_coco),
            "out.json: is there already; name another --out, or give --overwrite to replace it");
  EXPECT_EQ(content("out.json"), "mine");
  ConvertOptions to_yolo = options(AnnotationFormat::kVoc, "a.xml", AnnotationFormat::kYolo, "out");
  EXPECT_EQ(
      conversion_error(to_yolo),
      "out: holds files; name a new or empty folder, or give --overwrite to write among them");
  to_coco.overwrite = to_yolo.overwrite = true;
  convert_annotations(to_coco);
  EXPECT_EQ(read_coco_file(folder_ / "out.json").images.size(), 1u);
  convert_annotations(to_yolo);
  EXPECT_EQ(content("out/labels/a.txt"), "0 0.25 0.333333333 0.5 0.666666667\n");
  EXPECT_EQ(content("out/mine.txt"), "mine");
}

TEST_F(Convert, WhatIsReadIsNeverWrittenTo) {
  write("set.csv", "a.jpg,1,1,2,2,dog\n");
  ConvertOptions onto_itself =
      options(AnnotationFormat::kCsv, "set.csv", AnnotationFormat::kCoco, "set.csv");
  onto_itself.overwrite = true;
  EXPECT_EQ(conversion_error(onto_itself),
            "set.csv: is read, too; name another place to write to: --out");
}

TEST_F(Convert, NamesThatJsonCantHoldAreRefused) {
  write("K\xE4tzchen.jpg", "4x3");  // Latin-1
  write("set.csv", "K\xE4tzchen.jpg,1,1,2,2,dog\n");
  EXPECT_THAT(conversion_error(
                  options(AnnotationFormat::kCsv, "set.csv", AnnotationFormat::kCoco, "out.json")),
              ::testing::HasSubstr("the name isn't UTF-8, which the new file must be; rename it"));
}

TEST_F(Convert, RefusesWhatMakesNoSense) {
  write("a.json", "{}");
  write("b.txt", "");
  std::filesystem::create_directories(folder_ / "d");
  using F = AnnotationFormat;
  const auto fault = [&](F from, const char* annotations, F to, const char* out) {
    return conversion_error(options(from, annotations, to, out));
  };
  EXPECT_EQ(fault(F::kCoco, "a.json", F::kCoco, "b.json"),
            "--from and --to name the same format; nothing to convert");
  EXPECT_EQ(fault(F::kVoc, "gone", F::kCoco, "b.json"),
            "gone: there is no such file or folder: --annotations");
  ConvertOptions no_pictures = options(F::kCoco, "a.json", F::kVoc, "out");
  no_pictures.images = folder_ / "pictures";
  EXPECT_EQ(conversion_error(no_pictures), "pictures: there is no such folder: --images");
  EXPECT_EQ(fault(F::kCoco, "d", F::kVoc, "out"), "d: is a folder; name the annotation file in it");
  EXPECT_EQ(
      fault(F::kYolo, "a.json", F::kCoco, "b.json"),
      "a.json: is a file; name the folder of the label files, and the classes with --classes");
  EXPECT_EQ(fault(F::kVoc, "d", F::kCoco, "d"),
            "d: is a folder; name the file to write: --out d/train.json");
  EXPECT_EQ(fault(F::kCoco, "a.json", F::kVoc, "b.txt"),
            "b.txt: is a file; name a folder: --out DIR");
}

}  // namespace
}  // namespace rn::testing
