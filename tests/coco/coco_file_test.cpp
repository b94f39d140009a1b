#include "coco/coco_file.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "coco/coco_file_case.h"

namespace rn {
namespace {

class CocoFileTest : public testing::CocoFileTest {};

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
  EXPECT_TRUE(read(R"({"images": [], "categories": []})").images.empty());
}

TEST_F(CocoFileTest, OfADuplicateKeyTheLastValueCounts) {
  const CocoFile file =
      read_without_classes(R"({"images": [{"id": 1}, {"id": 2}], "images": [{"id": 3, "id": 4}]})");
  ASSERT_EQ(file.images.size(), 1u);
  EXPECT_EQ(file.images[0].id, 4);
}

TEST_F(CocoFileTest, OfADuplicateKeyTheLastValueCountsAlsoIfItIsNull) {
  // With an escape in a key the file is left to the general reader.
  for (const char* note : {"", ", \"n\\u006fte\": 1"}) {
    const CocoFile file = read(fmt::format(
        R"({{"images": [{{"id": 1, "file_name": "a", "width": 5, "height": 6, "file_name": null,
        "width": null, "height": null{}}}], "annotations": [{{"id": 1, "image_id": 1,
        "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 1, "bbox": null,
        "area": null, "iscrowd": null}}], "categories": [{{"id": 1, "name": "a", "name": null}}]}})",
        note));
    EXPECT_EQ(file.images[0].file_name, "");
    EXPECT_EQ(file.images[0].width, 0);
    EXPECT_EQ(file.images[0].height, 0);
    EXPECT_EQ(file.annotations[0].bbox, std::nullopt);
    EXPECT_EQ(file.annotations[0].area, std::nullopt);
    EXPECT_EQ(file.annotations[0].iscrowd, std::nullopt);
    EXPECT_EQ(file.categories[0].name, "");
  }
  const auto results_with = [&](const std::string& fields) {
    return R"([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5, )" + fields +
           "}]";
  };
  for (const char* key : {"image_id", "category_id", "bbox", "score"}) {
    EXPECT_EQ(results_error(results_with(fmt::format("\"{}\": null", key))),
              fmt::format("FILE: record[0] at byte 1: has no \"{}\"", key));
  }
  EXPECT_EQ(read_results(results_with(R"("score": null, "score": 0.25)"))[0].score, 0.25);
}

TEST_F(CocoFileTest, AcceptsWhatPythonWrites) {
  const CocoFile file = read_without_classes(
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
  const CocoFile file =
      read_without_classes(R"({"images": [{"id": 1, "width": null}], "annotations": [
      {"id": 1, "image_id": 1, "category_id": 1, "bbox": [], "area": null, "iscrowd": null}]})");
  EXPECT_EQ(file.annotations[0].bbox, std::nullopt);
  EXPECT_EQ(file.annotations[0].area, std::nullopt);
  EXPECT_EQ(file.annotations[0].iscrowd, std::nullopt);
}

TEST_F(CocoFileTest, KeepsDuplicateIdsAndLargeOnes) {
  const CocoFile file =
      read_without_classes(R"({"images": [{"id": 7}, {"id": 7}, {"id": 9007199254740993}]})");
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
  // With an escape in a key the file is left to the general reader.
  for (const char* note : {"", ", \"n\\u006fte\": 1"}) {
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

TEST_F(CocoFileTest, PassesOverDeepNestingAndMuchSpace) {
  const std::string deep(100000, '[');
  const std::string close(100000, ']');
  const std::string space(3 << 20, ' ');
  EXPECT_EQ(read_without_classes(R"({"images": [{"id": 1, "x": )" + deep + close + "}" + space +
                                 R"(], "y": )" + deep + close + space + "}" + space)
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

}  // namespace
}  // namespace rn
