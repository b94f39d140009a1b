#include "convert/convert_case.h"
#include "convert/voc.h"

namespace rn::testing {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string object(const std::string& name, const std::string& corners,
                   const std::string& more = "") {
  return "<object><name>" + name + "</name>" + more + "<bndbox>" + corners + "</bndbox></object>";
}

std::string corners(double xmin, double ymin, double xmax, double ymax) {
  return fmt::format("<xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax>", xmin, ymin,
                     xmax, ymax);
}

std::string voc(const std::string& file_name, const std::string& objects,
                const std::string& size = "<size><width>40</width><height>30</height></size>") {
  return "<annotation><filename>" + file_name + "</filename>" + size + objects + "</annotation>";
}

class VocReader : public ConvertTest {
 protected:
  Converted convert() { return convert_annotations(to_coco()); }
  ConvertOptions to_coco() {
    return options(AnnotationFormat::kVoc, "Annotations", AnnotationFormat::kCoco, "out.json");
  }
  /// The error about one file.
  std::string fault(const std::string& xml) {
    return error_of([&] { parse_voc(xml, "a.xml"); });
  }
};

TEST_F(VocReader, CornersCountFromOneAndBelongToTheBox) {
  write("Annotations/a.xml",
        voc("a.jpg", object("dog", corners(1, 1, 40, 30)) + object("cat", corners(5, 7, 5, 7))));
  const CocoFile file = convert().file;
  EXPECT_EQ(boxes_of(file), (Boxes{{0, 0, 40, 30}, {4, 6, 1, 1}}));
  EXPECT_EQ(file.images[0].width, 40);
  EXPECT_EQ(file.images[0].height, 30);
}

TEST_F(VocReader, ClassesAreSortedByNameAndCountFromOne) {
  write("Annotations/b.xml", voc("b.jpg", object("dog", corners(1, 1, 2, 2))));
  write("Annotations/a.xml",
        voc("a.jpg", object("sheep", corners(1, 1, 2, 2)) + object(" cat\n", corners(1, 1, 2, 2))));
  const CocoFile file = convert().file;
  EXPECT_EQ(file.categories, (std::vector<Category>{{1, "cat"}, {2, "dog"}, {3, "sheep"}}));
  EXPECT_EQ(file.annotations[0].category_id, 3);
  EXPECT_EQ(file.annotations[2].category_id, 2);
  EXPECT_EQ(file.annotations[2].image_id, 2);
}

TEST_F(VocReader, NamesThatAreNumbersAreTheImageIds) {
  for (const char* name : {"000000000139", "000000000285"}) {
    write(fmt::format("Annotations/{}.xml", name),
          voc(fmt::format("{}.jpg", name), object("dog", corners(1, 1, 2, 2))));
  }
  const CocoFile file = convert().file;
  EXPECT_EQ(file.images[0].id, 139);
  EXPECT_EQ(file.images[1].id, 285);
  EXPECT_EQ(file.annotations[1].image_id, 285);
}

TEST_F(VocReader, APictureWithoutObjectsStays) {
  write("Annotations/a.xml", voc("a.jpg", ""));
  write("Annotations/b.xml", voc("b.jpg", object("dog", corners(1, 1, 2, 2))));
  const CocoFile file = convert().file;
  EXPECT_THAT(names_of(file), ElementsAre("a.jpg", "b.jpg"));
  EXPECT_EQ(file.annotations.size(), 1u);
}

TEST_F(VocReader, DifficultObjectsAreCrowds) {
  write("Annotations/a.xml",
        voc("a.jpg", object("dog", corners(1, 1, 2, 2), "<difficult>1</difficult>") +
                         object("dog", corners(1, 1, 2, 2), "<difficult>0</difficult>")));
  const Converted converted = convert();
  EXPECT_EQ(converted.file.annotations[0].iscrowd, true);
  EXPECT_EQ(converted.file.annotations[1].iscrowd, false);
  EXPECT_THAT(headings(converted.notes), ElementsAre(HasSubstr("marked difficult")));
}

TEST_F(VocReader, DifficultIsYesOrNo) {
  const auto difficult = [](const std::string& text) {
    const std::string xml =
        voc("a.jpg", object("dog", corners(1, 1, 2, 2), "<difficult>" + text + "</difficult>"));
    return parse_voc(xml, "a.xml").objects[0].is_difficult;
  };
  EXPECT_FALSE(difficult("0"));
  EXPECT_FALSE(difficult("False"));
  EXPECT_FALSE(difficult(""));
  EXPECT_TRUE(difficult("1"));
  EXPECT_EQ(error_of([&] { difficult("0.0"); }),
            "a.xml: object 1 (\"dog\"): <difficult> is \"0.0\", expected 0 or 1");
}

TEST_F(VocReader, CornersAtZeroAreTakenAsOneAndNoted) {
  write("Annotations/a.xml", voc("a.jpg", object("dog", corners(0, 0, 10, 20))));
  const Converted converted = convert();
  EXPECT_EQ(boxes_of(converted.file), (Boxes{{0, 0, 10, 20}}));
  EXPECT_THAT(headings(converted.notes), ElementsAre(HasSubstr("begin at 0")));
}

TEST_F(VocReader, BoxesThatCantBeAreNamedAndLeftOut) {
  write("Annotations/a.xml",
        voc("a.jpg", object("dog", "<xmin>nan</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax>") +
                         object("dog", corners(5, 1, 4, 2)) + object("dog", corners(1, 9, 2, 3)) +
                         object("cat", corners(1, 1, 2, 2))));
  const Converted converted = convert();
  EXPECT_EQ(converted.file.annotations.size(), 1u);
  ASSERT_EQ(converted.notes.kinds().size(), 1u);
  const auto& kind = converted.notes.kinds()[0];
  EXPECT_EQ(kind.count, 3);
  EXPECT_TRUE(kind.is_warning);
  EXPECT_EQ(shortened(kind.named[0]),
            "Annotations/a.xml: object 1 (\"dog\"): the box has numbers that are not finite");
  EXPECT_EQ(shortened(kind.named[1]), "Annotations/a.xml: object 2 (\"dog\"): the box has width 0");
  EXPECT_EQ(shortened(kind.named[2]),
            "Annotations/a.xml: object 3 (\"dog\"): the box has height -5");
}

TEST_F(VocReader, AnAbsentSizeIsThePictures) {
  write("Annotations/a.xml", voc("a.jpg", object("dog", corners(1, 1, 2, 2)), ""));
  EXPECT_EQ(conversion_error(to_coco()),
            "Annotations: has no size for 1 picture, a.jpg first; name the folder with the "
            "pictures: --images DIR");
  write("JPEGImages/a.jpg", "4x3");
  const Converted converted = convert();
  EXPECT_EQ(converted.file.images[0].width, 4);
  EXPECT_EQ(converted.file.images[0].height, 3);
  EXPECT_EQ(converted.images, folder_ / "JPEGImages");
}

TEST_F(VocReader, AWholeSetIsItsAnnotations) {
  write("VOC2007/Annotations/a.xml", voc("a.jpg", object("dog", corners(1, 1, 2, 2)), ""));
  write("VOC2007/JPEGImages/a.jpg", "4x3");
  write("VOC2007/classes.txt", "cat\ndog\n");
  const Converted converted = convert_annotations(
      options(AnnotationFormat::kVoc, "VOC2007", AnnotationFormat::kCoco, "out.json"));
  EXPECT_EQ(converted.images, folder_ / "VOC2007/JPEGImages");
  EXPECT_EQ(converted.classes, folder_ / "VOC2007/classes.txt");
  EXPECT_EQ(converted.file.annotations[0].category_id, 2);
}

TEST_F(VocReader, FindsPicturesBesideTheirFiles) {
  write("Annotations/a.xml", voc("a.jpg", object("dog", corners(1, 1, 2, 2)), ""));
  write("Annotations/a.jpg", "4x3");
  const Converted converted = convert();
  EXPECT_EQ(converted.file.images[0].width, 4);
  EXPECT_EQ(converted.images, folder_ / "Annotations");
}

TEST_F(VocReader, ASizeOfZeroIsAbsent) {
  write("Annotations/a.xml", voc("a.jpg", object("dog", corners(1, 1, 2, 2)),
                                 "<size><width>0</width><height>0</height></size>"));
  write("JPEGImages/a.jpg", "4x3");
  EXPECT_EQ(convert().file.images[0].width, 4);
}

TEST_F(VocReader, FindsThePictureWhateverItsNameLacks) {
  write("pictures/plain.jpg", "4x3");
  write("pictures/other.PNG", "4x3");
  write("pictures/renamed.v2.jpeg", "4x3");
  write("Annotations/1.xml", voc("plain", object("dog", corners(1, 1, 2, 2))));
  write("Annotations/2.xml", voc("other.jpg", ""));
  write("Annotations/renamed.v2.xml", voc("DSC_0001.jpg", ""));
  write("Annotations/gone.xml", voc("gone.jpg", ""));
  ConvertOptions options = to_coco();
  options.images = folder_ / "pictures";
  const Converted converted = convert_annotations(options);
  EXPECT_THAT(names_of(converted.file),
              ElementsAre("plain.jpg", "other.PNG", "gone.jpg", "renamed.v2.jpeg"));
  EXPECT_THAT(headings(converted.notes), ElementsAre("pictures that --images doesn't have: 1"));
}

TEST_F(VocReader, TwoFilesOfOnePictureAreRefused) {
  write("Annotations/a.xml", voc("a.jpg", object("dog", corners(1, 1, 2, 2))));
  write("Annotations/b.xml", voc("a.jpg", object("dog", corners(1, 1, 2, 2))));
  EXPECT_EQ(conversion_error(to_coco()),
            "Annotations/b.xml: describes the picture \"a.jpg\", and so does Annotations/a.xml; "
            "give each picture one annotation file, with its own name in it");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.json"));
}

TEST_F(VocReader, TakesNamesInAnyScriptByteOrderMarksAndCarriageReturns) {
  const std::string xml =
      voc("K\xC3\xA4tzchen 1 & 2.jpg", object("Hund \xE7\x8A\xAC", corners(1, 1, 2, 2)));
  std::string escaped = xml;
  escaped.replace(escaped.find('&'), 1, "&amp;");
  write("Annotations/a b.xml", "\xEF\xBB\xBF<?xml version=\"1.0\"?>\r\n" + escaped + "\r\n");
  const CocoFile file = convert().file;
  EXPECT_THAT(names_of(file), ElementsAre("K\xC3\xA4tzchen 1 & 2.jpg"));
  EXPECT_EQ(file.categories[0].name, "Hund \xE7\x8A\xAC");
}

TEST_F(VocReader, ReadsFiveHundredObjectsOfAPicture) {
  std::string objects;
  for (int i = 1; i <= 500; ++i) objects += object("cell", corners(i, 1, i + 2, 4));
  write("Annotations/a.xml", voc("a.jpg", objects));
  const CocoFile file = convert().file;
  ASSERT_EQ(file.annotations.size(), 500u);
  EXPECT_EQ(file.annotations[499].id, 500);
  EXPECT_EQ(boxes_of(file)[499], (std::array<double, 4>{499, 0, 3, 4}));
}

TEST_F(VocReader, ASplitTakesTheFilesThatItNames) {
  for (const char* name : {"a", "b", "c"}) {
    write(fmt::format("Annotations/{}.xml", name),
          voc(fmt::format("{}.jpg", name), object("dog", corners(1, 1, 2, 2))));
  }
  ConvertOptions options = to_coco();
  options.split = folder_ / "train.txt";
  write("train.txt", "c\r\n\r\na\r\n");
  EXPECT_THAT(names_of(convert_annotations(options).file), ElementsAre("a.jpg", "c.jpg"));
  options.overwrite = true;
  write("train.txt", "a\nx\ny");
  EXPECT_EQ(conversion_error(options),
            "train.txt: line 2: \"x\" is not in Annotations (2 such lines in all); mend the list, "
            "or name other --annotations");
}

TEST_F(VocReader, ClassesThatAreNamedKeepTheirOrder) {
  write("Annotations/a.xml", voc("a.jpg", object("dog", corners(1, 1, 2, 2))));
  write("classes.txt", "sheep\ndog\n");
  ConvertOptions options = to_coco();
  options.classes = folder_ / "classes.txt";
  const CocoFile file = convert_annotations(options).file;
  EXPECT_EQ(file.categories, (std::vector<Category>{{1, "sheep"}, {2, "dog"}}));
  EXPECT_EQ(file.annotations[0].category_id, 2);
  options.overwrite = true;
  write("classes.txt", "sheep\ndogs\n");
  EXPECT_EQ(conversion_error(options),
            "Annotations/a.xml: object 1 (\"dog\"): its class \"dog\" isn't in classes.txt (did "
            "you mean \"dogs\"?); mend the name, or add it there");
}

TEST_F(VocReader, NamesWhatIsWrongWithAFile) {
  EXPECT_THAT(fault("<annotation><filename>a.jpg</annotation>"),
              HasSubstr("a.xml: at byte 29: not XML: Start-end tags mismatch"));
  EXPECT_THAT(fault(""), HasSubstr("a.xml: at byte 0: not XML: No document element found"));
  EXPECT_EQ(fault("<html/>"),
            "a.xml: its first element is \"<html>\", expected VOC's <annotation>");
  EXPECT_EQ(fault(voc("a.jpg", "<object><name>dog</name></object>")),
            "a.xml: object 1 (\"dog\"): has no <bndbox>; draw its box, or take the object out");
  EXPECT_EQ(fault(voc("a.jpg", object("", corners(1, 1, 2, 2)))),
            "a.xml: object 1: has no <name>, expected its class");
  EXPECT_EQ(
      fault(voc("a.jpg", object("dog", corners(1, 1, 2, 2)) + object("cat", "<xmin>1</xmin>"))),
      "a.xml: object 2 (\"cat\"): its <bndbox> has no <ymin>; write it in pixels, from 1");
  EXPECT_EQ(fault(voc("a.jpg", object("dog", "<xmin>1,5</xmin>"))),
            "a.xml: object 1 (\"dog\"): <xmin> is \"1,5\", expected a number of pixels");
  EXPECT_THAT(fault(voc("a.jpg", "", "<size><width>-4</width><height>3</height></size>")),
              HasSubstr("a.xml: <size>: its <width> is \"-4\", expected pixels"));
}

/// Nested entities that would grow to gigabytes ("billion laughs") stay the text that they are.
TEST_F(VocReader, EntitiesOfADocumentTypeAreNotExpanded) {
  const std::string bomb =
      "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY "
      "c SYSTEM \"file:///etc/passwd\">]>" +
      voc("&b;&c;.jpg", object("dog", corners(1, 1, 2, 2)));
  const VocPicture picture = parse_voc(bomb, "a.xml");
  EXPECT_EQ(picture.file_name, "&b;&c;.jpg");
  EXPECT_EQ(picture.objects.size(), 1u);
}

TEST_F(VocReader, DeepNestingIsSurvived) {
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  EXPECT_THAT(fault(deep), HasSubstr("not XML"));
}

TEST_F(VocReader, AFolderWithoutFilesIsRefused) {
  std::filesystem::create_directories(folder_ / "Annotations");
  EXPECT_EQ(conversion_error(to_coco()),
            "Annotations: has no .xml file; name the folder of VOC's annotation files");
}

}  // namespace
}  // namespace rn::testing
