#include "coco/coco_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test, with one file in it.
class CocoFileTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / fmt::format("rn_{}_{}", test->name(), ::getpid());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& content) {
    const fs::path path = folder_ / "file.json";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  CocoFile read(const std::string& content) { return read_coco_file(write(content)); }
  std::vector<CocoResult> read_results(const std::string& content) {
    return read_coco_results(write(content));
  }
  /// The error's text with the path shortened to FILE.
  std::string error_of(const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      std::string text = error.what();
      const std::string path = (folder_ / "file.json").string();
      if (text.starts_with(path)) text.replace(0, path.size(), "FILE");
      return text;
    }
    return "no error";
  }
  std::string file_error(const std::string& content) {
    return error_of([&] { read(content); });
  }
  std::string results_error(const std::string& content) {
    return error_of([&] { read_results(content); });
  }

  fs::path folder_;
};

const std::string kWhole =
    R"({"info": {"year": 2024, "tags": ["a", "b]"]}, "images": [{"id": 1, "file_name": "a.jpg",
"width": 640, "height": 480}], "annotations": [{"id": 5, "image_id": 1, "category_id": 2,
"segmentation": [[1, 2, 3, 4], [5, 6]], "bbox": [1.5, 2, 30, 40], "area": 1200, "iscrowd": 0},
{"id": 6, "image_id": 1, "category_id": 2, "segmentation": {"counts": "ab\"]}", "size": [480, 640]},
"bbox": [0, 0, 9, 9], "area": 80.25, "iscrowd": 1}], "categories": [{"id": 2, "name": "cat",
"supercategory": "animal"}]})";

TEST_F(CocoFileTest, ReadsRecordsAndPassesOverPolygons) {
  const CocoFile file = read(kWhole);
  ASSERT_EQ(file.images.size(), 1u);
  EXPECT_EQ(file.images[0].file_name, "a.jpg");
  EXPECT_EQ(file.images[0].width, 640);
  EXPECT_EQ(file.images[0].height, 480);
  ASSERT_EQ(file.annotations.size(), 2u);
  EXPECT_EQ(file.annotations[0].id, 5);
  EXPECT_EQ(file.annotations[0].bbox, (std::array<double, 4>{1.5, 2, 30, 40}));
  EXPECT_EQ(file.annotations[0].area, 1200);
  EXPECT_EQ(file.annotations[0].iscrowd, false);
  EXPECT_EQ(file.annotations[1].area, 80.25);
  EXPECT_EQ(file.annotations[1].iscrowd, true);
  EXPECT_EQ(file.categories, (std::vector<Category>{{2, "cat"}}));
}

TEST_F(CocoFileTest, TakesTheListsInAnyOrderAndAnyOfThemEmpty) {
  const CocoFile file = read(R"({"categories": [], "annotations": [{"iscrowd": true,
      "category_id": 3, "id": 9, "image_id": 4}], "images": [{"id": 4}]})");
  EXPECT_EQ(file.images[0].id, 4);
  EXPECT_EQ(file.images[0].width, 0);
  EXPECT_EQ(file.annotations[0].category_id, 3);
  EXPECT_EQ(file.annotations[0].bbox, std::nullopt);
  EXPECT_EQ(file.annotations[0].area, std::nullopt);
  EXPECT_EQ(file.annotations[0].iscrowd, true);
  EXPECT_TRUE(read(R"({"images": []})").images.empty());
}

TEST_F(CocoFileTest, OfADuplicateKeyTheLastValueCounts) {
  const CocoFile file =
      read(R"({"images": [{"id": 1}, {"id": 2}], "images": [{"id": 3, "id": 4}]})");
  ASSERT_EQ(file.images.size(), 1u);
  EXPECT_EQ(file.images[0].id, 4);
}

TEST_F(CocoFileTest, AcceptsWhatPythonWrites) {
  const CocoFile file = read(
      "\xEF\xBB\xBF{\"images\": [{\"id\": 1.0, \"file_name\": \"caf\\u00e9.jpg\"}], "
      "\"annotations\":"
      "[{\"id\": -2.0, \"image_id\": 1e0, \"category_id\": 0, \"other\": NaN, \"bbox\": "
      "[NaN, Infinity, -Infinity, 0.1], \"area\": NaN, \"iscrowd\": false}]}  \n");
  EXPECT_EQ(file.images[0].id, 1);
  EXPECT_EQ(file.images[0].file_name, "caf\xC3\xA9.jpg");
  const CocoAnnotation& annotation = file.annotations.at(0);
  EXPECT_EQ(annotation.id, -2);
  EXPECT_TRUE(std::isnan((*annotation.bbox)[0]));
  EXPECT_EQ((*annotation.bbox)[1], INFINITY);
  EXPECT_EQ((*annotation.bbox)[2], -INFINITY);
  EXPECT_EQ((*annotation.bbox)[3], 0.1);
  EXPECT_TRUE(std::isnan(*annotation.area));
  EXPECT_EQ(annotation.iscrowd, false);
}

TEST_F(CocoFileTest, NullAndAnEmptyBoxAreAsGoodAsAbsent) {
  const CocoFile file = read(R"({"images": [{"id": 1, "width": null}], "annotations": [
      {"id": 1, "image_id": 1, "category_id": 1, "bbox": [], "area": null, "iscrowd": null}]})");
  EXPECT_EQ(file.annotations[0].bbox, std::nullopt);
  EXPECT_EQ(file.annotations[0].area, std::nullopt);
  EXPECT_EQ(file.annotations[0].iscrowd, std::nullopt);
}

TEST_F(CocoFileTest, KeepsDuplicateIdsAndLargeOnes) {
  const CocoFile file = read(R"({"images": [{"id": 7}, {"id": 7}, {"id": 9007199254740993}]})");
  ASSERT_EQ(file.images.size(), 3u);
  EXPECT_EQ(file.images[2].id, 9007199254740993);
}

TEST_F(CocoFileTest, RoundsNumbersCorrectly) {
  const auto results = read_results(
      R"([{"image_id": 1, "category_id": 1, "bbox": [0.1, 1e-320, 9007199254740993, -0.0],
      "score": 0.30000000000000004}])");
  EXPECT_EQ(results[0].bbox, (std::array<double, 4>{0.1, 1e-320, 9007199254740992, 0}));
  EXPECT_EQ(results[0].score, 0.1 + 0.2);
}

TEST_F(CocoFileTest, RoundsNumbersOfManyDigitsCorrectly) {
  // With "nul" in it the file is left to the general reader, which passes over unknown keys.
  for (const char* note : {"", ", \"note\": nul"}) {
    const auto results = read_results(fmt::format(
        R"([{{"image_id": 1, "category_id": 1, "bbox": [0.123456789012345678901,
        0.00000000000000000000012345, 12345.678901234567890123, 100000000000000000000000.5],
        "score": 0.90000000000000002220446{}}}])",
        note));
    EXPECT_EQ(results[0].bbox,
              (std::array<double, 4>{0.123456789012345678901, 0.00000000000000000000012345,
                                     12345.678901234567890123, 100000000000000000000000.5}));
    EXPECT_EQ(results[0].score, 0.9);
  }
}

TEST_F(CocoFileTest, RefusesNumbersTooLargeForADouble) {
  const auto error_with = [&](const char* score, const char* id) {
    return results_error(fmt::format(
        R"([{{"image_id": {}, "category_id": 1, "bbox": [1, 2, 3, 4], "score": {}}}])", id, score));
  };
  EXPECT_EQ(error_with("1e400", "1"),
            "FILE: record[0] at byte 66: \"score\" is 1e400, expected a number");
  EXPECT_EQ(error_with("1", "9223372036854775808"),
            "FILE: record[0] at byte 14: \"image_id\" is 9223372036854775808, expected a whole "
            "number");
  EXPECT_EQ(error_with("1e-400", "-9223372036854775808"), "no error");  // 0, as in Python
}

TEST_F(CocoFileTest, PassesOverDeepNestingAndMuchSpace) {
  const std::string deep(100000, '[');
  const std::string close(100000, ']');
  const std::string space(3 << 20, ' ');
  EXPECT_EQ(read(R"({"images": [{"id": 1, "x": )" + deep + close + "}" + space + R"(], "y": )" +
                 deep + close + space + "}" + space)
                .images.size(),
            1u);
  EXPECT_THROW(read(R"({"images": [{"id": 1, "x": )" + deep + "}]}"), Error);
  EXPECT_THROW(read(R"({"y": )" + deep + "}"), Error);
  EXPECT_EQ(file_error(space), "FILE: is empty, expected a COCO annotation file");
}

TEST_F(CocoFileTest, EveryCutOfAFileIsAnError) {
  for (size_t size = 0; size < kWhole.size(); ++size) {
    EXPECT_THROW(read(kWhole.substr(0, size)), Error) << "cut after " << size;
  }
  const std::string results =
      R"([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5},
      {"score": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}])";
  EXPECT_EQ(read_results(results).size(), 2u);
  for (size_t size = 0; size < results.size(); ++size) {
    EXPECT_THROW(read_results(results.substr(0, size)), Error) << "cut after " << size;
  }
}

TEST_F(CocoFileTest, NoByteThatIsOverwrittenCrashes) {
  const std::string bytes("\0\"{}[],:\\x\xff", 11);
  for (size_t i = 0; i < kWhole.size(); ++i) {
    std::string damaged = kWhole;
    damaged[i] = bytes[i % bytes.size()];
    try {
      read(damaged);  // some of these are still JSON
    } catch (const Error&) {
    }
  }
}

TEST_F(CocoFileTest, SaysWhatIsWrongWithTheFile) {
  EXPECT_EQ(error_of([&] { read_coco_file(folder_ / "file.json"); }),
            "FILE: can't be read: No such file or directory");
  EXPECT_NE(error_of([&] { read_coco_file(folder_); }).find("is a folder"), std::string::npos);
  EXPECT_EQ(file_error(""), "FILE: is empty, expected a COCO annotation file");
  EXPECT_EQ(file_error(" \n"), "FILE: is empty, expected a COCO annotation file");
  EXPECT_EQ(file_error("<annotation>\n</annotation>"),
            "FILE: is not JSON (it begins with \"<annotation>\\n</annot\"), expected a COCO "
            "annotation file");
  EXPECT_EQ(
      file_error(R"({"images": [{"id": 1}, {"i)"),
      "FILE: is cut short: its 26 bytes don't end with '}'; fetch or write it again, expected "
      "a COCO annotation file");
  EXPECT_EQ(file_error("[]"),
            "FILE: holds a list, expected an object with \"images\", \"annotations\" and "
            "\"categories\"; were two files swapped?");
  EXPECT_EQ(file_error(R"({"a": 1})"),
            "FILE: has no list \"images\", expected a COCO annotation file");
  EXPECT_EQ(results_error(R"({"images": []})"),
            "FILE: holds an object, expected a list of {image_id, category_id, bbox, score}; were "
            "two files swapped?");
  EXPECT_EQ(results_error("[]"),
            "FILE: holds no detections, expected at least one; lower the score threshold that it "
            "was written with");
  EXPECT_NE(file_error(R"({"images": []} {})").find("FILE: at byte 15: "), std::string::npos)
      << file_error(R"({"images": []} {})");
  EXPECT_NE(file_error("{\"images\": [{\"id\": 1, \"file_name\": \"\xE9.jpg\"}]}").find("UTF-8"),
            std::string::npos);
}

TEST_F(CocoFileTest, SaysWhichRecordIsWrong) {
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
            "FILE: images[0] at byte 19: \"id\" is 1e300, expected a whole number");
  EXPECT_EQ(file_error(R"({"images": [{"id": 4, "file_name": 7}]})"),
            "FILE: images[0] (id 4) at byte 35: \"file_name\" is 7, expected a text");
  EXPECT_EQ(file_error(R"({"images": [], "categories": [{"name": "cat"}]})"),
            "FILE: categories[0] at byte 30: has no \"id\"");
}

TEST_F(CocoFileTest, SaysWhichAnnotationIsWrong) {
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

TEST_F(CocoFileTest, SaysWhichResultIsWrong) {
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

}  // namespace
}  // namespace rn
