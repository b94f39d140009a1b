#include "convert/convert_case.h"
#include "convert/voc.h"

namespace rn::testing {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class VocWriter : public ConvertTest {
 protected:
  /// Of one picture of 40x30. @param boxes "1, 2, 3, 4" of each, all of one category
  Converted convert(const std::vector<std::string>& boxes, const std::string& more = "") {
    std::string annotations;
    for (size_t i = 0; i < boxes.size(); ++i) {
      annotations +=
          fmt::format(R"({}{{"id": {}, "image_id": 1, "category_id": 1, "bbox": [{}]{}}})",
                      i == 0 ? "" : ",", i + 1, boxes[i], more);
    }
    write("coco.json",
          R"({"images": [{"id": 1, "file_name": "x/a.jpg", "width": 40, "height": 30}],
              "categories": [{"id": 1, "name": "a < b & c"}], "annotations": [)" +
              annotations + "]}");
    return convert_annotations(
        options(AnnotationFormat::kCoco, "coco.json", AnnotationFormat::kVoc, "out"));
  }
  std::array<double, 4> corners(size_t object) {
    return parse_voc(content("out/Annotations/x/a.xml"), "a.xml").objects.at(object).corners;
  }
};

TEST_F(VocWriter, WritesAFileThatOtherProgramsRead) {
  convert({"4, 6, 1, 1"});
  EXPECT_EQ(content("out/Annotations/x/a.xml"),
            "<annotation>\n"
            "\t<filename>x/a.jpg</filename>\n"
            "\t<size>\n"
            "\t\t<width>40</width>\n"
            "\t\t<height>30</height>\n"
            "\t\t<depth>3</depth>\n"
            "\t</size>\n"
            "\t<segmented>0</segmented>\n"
            "\t<object>\n"
            "\t\t<name>a &lt; b &amp; c</name>\n"
            "\t\t<pose>Unspecified</pose>\n"
            "\t\t<truncated>0</truncated>\n"
            "\t\t<difficult>0</difficult>\n"
            "\t\t<bndbox>\n"
            "\t\t\t<xmin>5</xmin>\n"
            "\t\t\t<ymin>7</ymin>\n"
            "\t\t\t<xmax>5</xmax>\n"
            "\t\t\t<ymax>7</ymax>\n"
            "\t\t</bndbox>\n"
            "\t</object>\n"
            "</annotation>\n");
  EXPECT_EQ(content("out/classes.txt"), "a < b & c\n");
}

TEST_F(VocWriter, SidesAreRoundedAndCounted) {
  const Converted converted =
      convert({"0, 0, 40, 30", "1.4, 1.6, 2.2, 2.2", "39.8, 29.9, 0.2, 0.1"});
  EXPECT_EQ(corners(0), (std::array<double, 4>{1, 1, 40, 30}));
  EXPECT_EQ(corners(1), (std::array<double, 4>{2, 3, 4, 4}));
  EXPECT_EQ(corners(2), (std::array<double, 4>{40, 30, 40, 30}));
  EXPECT_THAT(headings(converted.notes), ElementsAre("boxes rounded to VOC's whole pixels: 2"));
}

TEST_F(VocWriter, CrowdsAreDifficult) {
  const Converted converted = convert({"1, 1, 2, 2"}, R"(, "iscrowd": 1)");
  EXPECT_TRUE(parse_voc(content("out/Annotations/x/a.xml"), "a.xml").objects[0].is_difficult);
  EXPECT_THAT(headings(converted.notes), ElementsAre("crowd regions, marked difficult: 1"));
}

TEST_F(VocWriter, OutlinesThatAreLostAreCounted) {
  const Converted converted = convert({"1, 1, 2, 2"}, R"(, "area": 2.5)");
  EXPECT_THAT(headings(converted.notes), ElementsAre(HasSubstr("area is not their box's")));
}

/// From COCO: what can't be converted at all.
class CocoSet : public ConvertTest {
 protected:
  std::string fault(const std::string& images, const std::string& annotations = "",
                    const std::string& categories = R"({"id": 1, "name": "dog"})") {
    write("coco.json", fmt::format(R"({{"images": [{}], "annotations": [{}], "categories": [{}]}})",
                                   images, annotations, categories));
    return conversion_error(
        options(AnnotationFormat::kCoco, "coco.json", AnnotationFormat::kVoc, "out"));
  }
  static std::string image(int64_t id, const std::string& name) {
    return fmt::format(R"({{"id": {}, "file_name": "{}", "width": 4, "height": 3}})", id, name);
  }
};

TEST_F(CocoSet, RefusesWhatHasNoMeaning) {
  EXPECT_EQ(fault(image(1, "a.jpg") + "," + image(1, "b.jpg")),
            "coco.json: image 1 is there twice; ids must differ");
  EXPECT_EQ(fault(R"({"id": 1, "width": 4, "height": 3})"), "coco.json: image 1 has no file_name");
  EXPECT_THAT(fault(image(1, "a.jpg"), R"({"id": 3, "image_id": 2, "category_id": 1})"),
              HasSubstr("coco.json: annotation 3: its image_id 2 is no image of the file"));
  EXPECT_THAT(fault(image(1, "a.jpg"), R"({"id": 3, "image_id": 1, "category_id": 2})"),
              HasSubstr("coco.json: annotation 3: its category_id 2 is no category of the file"));
  EXPECT_THAT(
      fault(image(1, "a.jpg"), "", R"({"id": 1, "name": "dog"}, {"id": 2, "name": "dog "})"),
      HasSubstr("categories 1 and 2 are both named \"dog \""));
  EXPECT_THAT(fault(image(1, "a.jpg"), "", R"({"id": 1, "name": " "})"),
              HasSubstr("category 1: its name \" \" can't be a class"));
  EXPECT_THAT(fault(""), HasSubstr("has no pictures"));
  EXPECT_THAT(fault(R"({"id": 1, "file_name": "a.jpg"})"),
              HasSubstr("has no size for 1 picture, a.jpg first"));
}

TEST_F(CocoSet, FileNamesNeverLeadOutOfTheFolderThatIsWrittenTo) {
  for (const char* name : {"/etc/a.jpg", "../a.jpg", "x/../../a.jpg", ".."}) {
    EXPECT_THAT(fault(image(1, name)), HasSubstr("leads out of the folder")) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(CocoSet, TwoPicturesNeverShareAFile) {
  EXPECT_EQ(fault(image(1, "a.jpg") + "," + image(2, "a.png")),
            "image 2: \"a.png\" and \"a.jpg\" would both have the annotations \"a.xml\"; rename "
            "one of them");
}

TEST_F(CocoSet, AnAnnotationWithoutABoxIsNamedAndLeftOut) {
  EXPECT_EQ(fault(image(1, "a.jpg"), R"({"id": 3, "image_id": 1, "category_id": 1})"),
            "(nothing was thrown)");
  EXPECT_EQ(parse_voc(content("out/Annotations/a.xml"), "a.xml").objects.size(), 0u);
}

}  // namespace
}  // namespace rn::testing
