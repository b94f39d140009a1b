// The texts of errors: where, what was found, what was expected.
#include <gtest/gtest.h>

#include <string>

#include "coco/coco_file_case.h"

namespace rn {
namespace {

class CocoFileError : public testing::CocoFileTest {};

TEST_F(CocoFileError, RefusesNumbersTooLargeForADouble) {
  const auto error_with = [&](const char* score, const char* id) {
    return results_error(fmt::format(
        R"([{{"image_id": {}, "category_id": 1, "bbox": [1, 2, 3, 4], "score": {}}}])", id, score));
  };
  EXPECT_EQ(error_with("1e400", "1"),
            "FILE: record[0] at byte 66: \"score\" is 1e400, which is out of range; expected a "
            "number from -1.8e308 to 1.8e308");
  EXPECT_EQ(error_with("-2e308", "1"),
            "FILE: record[0] at byte 66: \"score\" is -2e308, which is out of range; expected a "
            "number from -1.8e308 to 1.8e308");
  EXPECT_EQ(
      error_with("1", "9223372036854775808"),
      "FILE: record[0] at byte 14: \"image_id\" is 9223372036854775808, which is out of range; "
      "expected a whole number of 64 bits");
  EXPECT_EQ(error_with("1", "1e400"),
            "FILE: record[0] at byte 14: \"image_id\" is 1e400, which is out of range; expected a "
            "whole number of 64 bits");
  EXPECT_EQ(error_with("1.7976931348623157e308", "9223372036854775807"), "no error");
  EXPECT_EQ(error_with("1e-400", "-9223372036854775808"), "no error");  // 0, as in Python
}

TEST_F(CocoFileError, SaysWhatIsWrongWithTheFile) {
  EXPECT_EQ(error_of([&] { read_coco_file(folder_ / "file.json"); }),
            "FILE: can't be read: No such file or directory");
  EXPECT_NE(error_of([&] { read_coco_file(folder_); }).find("is a folder"), std::string::npos);
  EXPECT_EQ(file_error(""), "FILE: is empty, expected a COCO annotation file");
  EXPECT_EQ(file_error(" \n"), "FILE: is empty, expected a COCO annotation file");
  EXPECT_EQ(file_error("<annotation>\n</annotation>"),
            "FILE: is not JSON (it begins with \"<annotation>\\n</annot\"), expected a COCO "
            "annotation file");
  EXPECT_EQ(file_error(R"({"images": [{"id": 1}, {"i)"),
            "FILE: is cut short: its 26 bytes end inside of the object; fetch or write it again, "
            "expected a COCO annotation file");
  EXPECT_EQ(file_error("[]"),
            "FILE: holds a list, expected an object with \"images\", \"annotations\" and "
            "\"categories\"; were two files swapped?");
  EXPECT_EQ(file_error(R"({"a": 1})"),
            "FILE: has no list \"images\", expected a COCO annotation file");
  EXPECT_EQ(file_error(R"({"images": []})"),
            "FILE: has no list \"categories\", expected a COCO annotation file; add one with the "
            "classes as {id, name}");
  EXPECT_EQ(results_error(R"({"images": []})"),
            "FILE: holds an object, expected a list of {image_id, category_id, bbox, score}; were "
            "two files swapped?");
  EXPECT_EQ(results_error("[]"),
            "FILE: holds no detections, expected at least one; lower the score threshold that it "
            "was written with");
}

TEST_F(CocoFileError, SaysWhereACharacterIsBroken) {
  const std::string remedy = " is no character in UTF-8; convert the file, as iconv -t UTF-8 does";
  EXPECT_EQ(file_error("{\"images\": [{\"id\": 1, \"file_name\": \"\xE9.jpg\"}]}"),
            "FILE: at byte 36: 0xE9" + remedy);
  EXPECT_EQ(file_error("\xEF\xBB\xBF{\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\": \"\xC3\"}"),
            "FILE: at byte 18: 0xC3" + remedy);
  EXPECT_EQ(file_error("{\"a\": \"\x80\"}"), "FILE: at byte 7: 0x80" + remedy);
}

TEST_F(CocoFileError, SaysWhereATextIsNotClosedOrHasAControlCharacter) {
  EXPECT_EQ(file_error("{\"images\": [], \"a\": \"}"),
            "FILE: is cut short: its 22 bytes end inside of the object; fetch or write it again, "
            "expected a COCO annotation file");
  EXPECT_EQ(
      file_error("{\"images\": [{\"id\": 1, \"file_name\": \"a\nb\"}]}"),
      "FILE: at byte 37: is not JSON: \"\\nb\\\"}]}\" can't be there; write the file again, with "
      "a JSON library");
}

TEST_F(CocoFileError, SaysWhatFollowsTheEnd) {
  const std::string results =
      R"([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}])";
  const auto error_before = [&](const std::string& rest) {
    return results_error(results + rest).substr(std::string("FILE: at byte ").size());
  };
  const std::string remedy = " behind the end of the JSON value; remove that";
  EXPECT_EQ(error_before("x"), "69: the text goes on with \"x\"" + remedy);
  EXPECT_EQ(error_before(" \n,"), "71: the text goes on with \",\"" + remedy);
  EXPECT_EQ(error_before("]"), "69: the text goes on with \"]\"" + remedy);
  EXPECT_EQ(error_before("\n" + results),
            "70: the text goes on with \"[{\\\"image_id\\\": 1, \\\"ca\"" + remedy);
  EXPECT_EQ(file_error(R"({"images": [], "categories": []} {})"),
            "FILE: at byte 33: the text goes on with \"{}\"" + remedy);
  EXPECT_EQ(file_error(R"({"images": [], "categories": []}; see [1])"),
            "FILE: at byte 32: the text goes on with \"; see [1]\"" + remedy);
}

TEST_F(CocoFileError, SaysWhichRecordIsWrong) {
  EXPECT_EQ(file_error(R"({"images": [{"id": 1}, 5]})"),
            "FILE: images[1] at byte 23: is 5, expected an object");
  EXPECT_EQ(file_error(R"({"images": {"id": 1}})"),
            "FILE: at byte 11: \"images\" is an object, expected a list of objects");
  EXPECT_EQ(file_error(R"({"images": [{"width": 1}]})"),
            "FILE: images[0] at byte 12: has no \"id\"");
  EXPECT_EQ(file_error(R"({"images": [{"id": "000001"}]})"),
            "FILE: images[0] at byte 19: \"id\" is \"000001\", expected a whole number");
  EXPECT_EQ(file_error(R"({"images": [{"id": 1.5}]})"),
            "FILE: images[0] at byte 19: \"id\" is 1.5, expected a whole number");
  EXPECT_EQ(file_error(R"({"images": [{"id": 1e300}]})"),
            "FILE: images[0] at byte 19: \"id\" is 1e300, which is out of range; expected a whole "
            "number of 64 bits");
  EXPECT_EQ(file_error(R"({"images": [{"id": 4, "file_name": 7}]})"),
            "FILE: images[0] (id 4) at byte 35: \"file_name\" is 7, expected a text");
  EXPECT_EQ(file_error(R"({"images": [], "categories": [{"name": "cat"}]})"),
            "FILE: categories[0] at byte 30: has no \"id\"");
}

/// What is wrong though nobody reads the value: what the file goes on with from there.
TEST_F(CocoFileError, SaysWhereAValueThatIsPassedOverIsNotJson) {
  const std::string remedy = " can't be there; write the file again, with a JSON library";
  const auto error_of_info = [&](const std::string& value) {
    return file_error(R"({"info": )" + value + R"(, "images": [], "categories": []})");
  };
  EXPECT_EQ(error_of_info("tru"),
            "FILE: at byte 12: is not JSON: \", \\\"images\\\": [], \\\"cat\"" + remedy);
  EXPECT_EQ(error_of_info("abc-."),
            "FILE: at byte 9: is not JSON: \"abc-., \\\"images\\\": [],\"" + remedy);
  EXPECT_EQ(error_of_info("[1,,2]"),
            "FILE: at byte 12: is not JSON: \",2], \\\"images\\\": [], \\\"\"" + remedy);
  EXPECT_EQ(error_of_info("01"),
            "FILE: at byte 10: is not JSON: \"1, \\\"images\\\": [], \\\"ca\"" + remedy);
  EXPECT_EQ(error_of_info("{1:2}"),
            "FILE: at byte 10: is not JSON: \"1:2}, \\\"images\\\": [], \"" + remedy);
  EXPECT_EQ(error_of_info(R"("\q")"),
            "FILE: at byte 11: is not JSON: \"q\\\", \\\"images\\\": [], \\\"c\"" + remedy);
  EXPECT_EQ(error_of_info(R"({"a": NaN, "b": [-Infinity, 1e999, "\ud800"]})"), "no error");

  EXPECT_EQ(
      file_error(R"({"images": [{"id": 3, "license": "\u12"}], "categories": []})"),
      "FILE: images[0] (id 3) at byte 38: is not JSON: \"\\\"}], \\\"categories\\\": [\"" + remedy);
  EXPECT_EQ(file_error(R"({"images": [], "annotations": [{"id": 8, "segmentation": [[1}]}]})"),
            "FILE: annotations[0] (id 8) at byte 60: is not JSON: \"}]}]}\"" + remedy);
  EXPECT_EQ(results_error(R"([{"image_id": 1, "u": tru, "category_id": 1, "bbox": [1, 2, 3, 4],
                               "score": 1}])"),
            "FILE: record[0] at byte 25: is not JSON: \", \\\"category_id\\\": 1, \"" + remedy);
  EXPECT_EQ(file_error(R"({"images": [[}]; )"), "FILE: at byte 13: is not JSON: \"}]; \"" + remedy);
}

TEST_F(CocoFileError, NamesNoRecordBehindTheList) {
  EXPECT_EQ(file_error(R"({"images": [{"id": 7}], "annotations": 5, "categories": []})"),
            "FILE: at byte 39: \"annotations\" is 5, expected a list of objects");
}

TEST_F(CocoFileError, SaysWhichAnnotationIsWrong) {
  const auto error_with = [&](const std::string& fields) {
    return file_error(R"({"images": [], "annotations": [{"id": 8, )" + fields + "}]}");
  };
  EXPECT_EQ(error_with(R"("category_id": 1)"),
            "FILE: annotations[0] (id 8) at byte 31: has no \"image_id\"");
  EXPECT_EQ(error_with(R"("image_id": 1, "category_id": null)"),
            "FILE: annotations[0] (id 8) at byte 31: has no \"category_id\"");
  EXPECT_EQ(error_with(R"("bbox": [1, 2, 3])"),
            "FILE: annotations[0] (id 8) at byte 31: \"bbox\" has 3 numbers, expected 4: x, y, "
            "width, height");
  EXPECT_EQ(error_with(R"("bbox": [1, 2, "a", 4])"),
            "FILE: annotations[0] (id 8) at byte 56: \"bbox\" is \"a\", expected a number");
  EXPECT_EQ(error_with(R"("bbox": "1 2 3 4")"),
            "FILE: annotations[0] (id 8) at byte 49: \"bbox\" is \"1 2 3 4\", expected a list");
  EXPECT_EQ(error_with(R"("iscrowd": "no")"),
            "FILE: annotations[0] (id 8) at byte 52: \"iscrowd\" is \"no\", expected 0, 1, true or "
            "false");
  EXPECT_EQ(error_with(R"("area": nan)"),
            "FILE: annotations[0] (id 8) at byte 49: \"area\" is nan, expected a number");
}

TEST_F(CocoFileError, SaysWhichResultIsWrong) {
  const auto error_without = [&](const std::string& fields) {
    return results_error(
        R"([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}, {)" + fields +
        "}]");
  };
  EXPECT_EQ(error_without(R"("image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4])"),
            "FILE: record[1] at byte 70: has no \"score\"");
  EXPECT_EQ(error_without(R"("image_id": 1, "category_id": 1, "bbox": [], "score": 1)"),
            "FILE: record[1] at byte 70: has no \"bbox\"");
  EXPECT_EQ(error_without(R"("category_id": 1, "bbox": [1, 2, 3, 4], "score": 1)"),
            "FILE: record[1] at byte 70: has no \"image_id\"");
}

TEST_F(CocoFileError, PicturesWithDetectionsAreToldFromResults) {
  EXPECT_EQ(results_error(R"([{"file": "a.jpg", "width": 4, "height": 3, "detections": []}])"),
            "FILE: record[0] at byte 1: is a picture with its detections, as predict writes them; "
            "expected COCO's results, {image_id, category_id, bbox, score}, as train and eval "
            "--model write them");
}

}  // namespace
}  // namespace rn
