#include "convert/csv.h"

#include "convert/convert_case.h"
#include "convert/csv_rows.h"

namespace rn::testing {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Csv : public ConvertTest {
 protected:
  void SetUp() override {
    write("a.jpg", "40x30");
    write("b.jpg", "20x10");
  }
  ConvertOptions to_coco() {
    return options(AnnotationFormat::kCsv, "set.csv", AnnotationFormat::kCoco, "out.json");
  }
  Converted convert(const std::string& text) {
    write("set.csv", text);
    return convert_annotations(to_coco());
  }
  std::string fault(const std::string& text) {
    write("set.csv", text);
    return conversion_error(to_coco());
  }
  std::vector<std::vector<std::string>> fields(const std::string& text) {
    std::vector<std::vector<std::string>> all;
    for (const CsvRow& row : parse_csv_rows(text, "a.csv")) all.push_back(row.fields);
    return all;
  }
};

TEST_F(Csv, TheSecondCornerIsNotInTheBox) {
  const CocoFile file = convert("a.jpg,0,0,40,30,dog\na.jpg,3,4,4,5,cat\n").file;
  EXPECT_EQ(boxes_of(file), (Boxes{{0, 0, 40, 30}, {3, 4, 1, 1}}));
  EXPECT_EQ(file.images[0].width, 40);
  EXPECT_EQ(file.categories, (std::vector<Category>{{1, "cat"}, {2, "dog"}}));
}

TEST_F(Csv, RowsOfAPictureMayStandApartAndPicturesMayBeEmpty) {
  const CocoFile file = convert("b.jpg,1,1,2,2,dog\r\na.jpg,,,,,\r\nb.jpg,3,3,5,5,dog").file;
  EXPECT_THAT(names_of(file), ElementsAre("b.jpg", "a.jpg"));
  EXPECT_EQ(boxes_of(file), (Boxes{{1, 1, 1, 1}, {3, 3, 2, 2}}));
  EXPECT_EQ(file.annotations[1].image_id, 1);
}

TEST_F(Csv, AHeaderIsPassedOver) {
  const Converted converted =
      convert("\xEF\xBB\xBFpath,x1,y1,x2,y2,class\na.jpg, 1, 1, 2, 2, dog\n");
  EXPECT_EQ(boxes_of(converted.file), (Boxes{{1, 1, 1, 1}}));
  EXPECT_EQ(converted.file.categories[0].name, "dog");
  EXPECT_THAT(headings(converted.notes), ElementsAre("header rows, passed over: 1"));
}

TEST_F(Csv, AHeaderOfAnotherOrderIsRefused) {
  EXPECT_EQ(fault("frame,xmin,xmax,ymin,ymax,class_id\na.jpg,1,2,1,2,dog\n"),
            "set.csv: line 1: column 3 is \"xmax\", expected the order path,x1,y1,x2,y2,class");
  EXPECT_THAT(fault("path,x,y,w,h,class\na.jpg,1,2,1,2,dog\n"), HasSubstr("column 2 is \"x\""));
  EXPECT_EQ(convert("image,Left,Top,Right,Bottom,label\na.jpg,1,1,2,2,dog\n").file.images.size(),
            1u);
}

TEST_F(Csv, APictureThatIsWrittenInTwoWaysIsOne) {
  const std::string text = fmt::format(
      "a.jpg,1,1,2,2,dog\n./a.jpg,3,3,5,5,dog\n{}/a.jpg,6,6,8,8,dog\n", folder_.path().string());
  const CocoFile file = convert(text).file;
  EXPECT_THAT(names_of(file), ElementsAre("a.jpg"));
  EXPECT_EQ(boxes_of(file), (Boxes{{1, 1, 1, 1}, {3, 3, 2, 2}, {6, 6, 2, 2}}));
}

TEST_F(Csv, PathsAreFoundBesideTheFileOrAmongThePictures) {
  write("pictures/sub/c, d.jpg", "4x4");
  write("set.csv", "pictures/sub/\"c, d.jpg\",1,1,2,2,dog\n");
  EXPECT_THAT(conversion_error(to_coco()), HasSubstr("set.csv: line 1: a quote"));
  const std::string absolute = (folder_ / "pictures/e.jpg").string();
  write("pictures/e.jpg", "5x5");
  write("set.csv", "\"pictures/sub/c, d.jpg\",1,1,2,2,dog\n" + absolute + ",,,,,\n");
  ConvertOptions options = to_coco();
  options.images = folder_ / "pictures";
  EXPECT_THAT(names_of(convert_annotations(options).file), ElementsAre("sub/c, d.jpg", "e.jpg"));
}

TEST_F(Csv, NamesWhatIsWrongWithARow) {
  EXPECT_EQ(fault("a.jpg,1,1,2,2,dog\nb.jpg,1,1,2,dog\n"),
            "set.csv: line 2: 5 fields, expected 6: path,x1,y1,x2,y2,class");
  EXPECT_EQ(fault("a.jpg,1,1,2,2,dog\n\nb.jpg,1,1,x,2,dog\n"),
            "set.csv: line 3: x2 is \"x\", expected a number of pixels, or a picture without "
            "objects: path,,,,,");
  EXPECT_EQ(fault("a.jpg,1,1,2,2,\n"), "set.csv: line 1: has a box, but no class");
  EXPECT_EQ(fault(",1,1,2,2,dog\n"), "set.csv: line 1: has no path of a picture");
  EXPECT_THAT(fault(""), HasSubstr("set.csv: has no pictures"));
  EXPECT_THAT(fault("gone.jpg,1,1,2,2,dog\n"), HasSubstr("gone.jpg: can't be read"));
  EXPECT_EQ(fault("a.jpg,,,,,\n"),
            "set.csv: has no objects, so its classes aren't known; name them: --classes FILE");
}

TEST_F(Csv, BoxesThatCantBeAreNamedAndLeftOut) {
  const Converted converted =
      convert("a.jpg,5,1,4,2,dog\na.jpg,nan,1,4,2,dog\na.jpg,1,1,2,2,dog\n");
  EXPECT_EQ(converted.file.annotations.size(), 1u);
  EXPECT_EQ(shortened(converted.notes.kinds()[0].named[0]),
            "set.csv: line 1: the box has width -1");
}

TEST_F(Csv, QuotedFieldsHoldCommasQuotesAndLineBreaks) {
  EXPECT_THAT(
      fields("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\n\n  \n x , \" y \"\n"),
      ElementsAre(ElementsAre("a,b", "say \"hi\"", "two\r\nlines"), ElementsAre("x", " y ")));
  EXPECT_EQ(parse_csv_rows("\"a\nb\"\n\nc", "a.csv")[1].line, 4);
  EXPECT_THAT(error_of([&] { fields("a\nb,\"c\nd"); }), HasSubstr("a.csv: line 2: a quote"));
}

TEST_F(Csv, ALineReadsBackAsItsFields) {
  const std::vector<std::string> odd = {"", " a", "b,c", "say \"hi\"", "two\nlines", "\xC3\xA4"};
  EXPECT_THAT(fields(csv_line(odd)), ElementsAre(odd));
  EXPECT_EQ(csv_line({"a b", "", "1"}), "a b,,1\n");
}

TEST_F(Csv, IsWrittenWithPathsThatLeadToThePictures) {
  write("coco.json", R"({"images": [{"id": 5, "file_name": "a.jpg", "width": 40, "height": 30},
                                    {"id": 6, "file_name": "b.jpg", "width": 20, "height": 10}],
    "categories": [{"id": 9, "name": "dog, big"}, {"id": 4, "name": "cat"}],
    "annotations": [{"id": 1, "image_id": 5, "category_id": 9, "bbox": [0.1, 2, 0.2, 4]},
                    {"id": 2, "image_id": 5, "category_id": 4, "bbox": [1, 2, 3, 4]}]})");
  ConvertOptions to_csv =
      options(AnnotationFormat::kCoco, "coco.json", AnnotationFormat::kCsv, "sub/out.csv");
  to_csv.images = folder_.path();
  const Converted converted = convert_annotations(to_csv);
  EXPECT_EQ(content("sub/out.csv"),
            "../a.jpg,0.1,2,0.3,6,\"dog, big\"\n../a.jpg,1,2,4,6,cat\n../b.jpg,,,,,\n");
  EXPECT_EQ(content("sub/out_classes.csv"), "cat,0\n\"dog, big\",1\n");
  EXPECT_THAT(headings(converted.notes), ElementsAre(HasSubstr("fractions of pixels")));
  EXPECT_THAT(conversion_error(to_csv), HasSubstr("sub/out.csv: is there already"));
}

}  // namespace
}  // namespace rn::testing
