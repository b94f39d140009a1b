#include "eval/report_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace rn {
namespace {

EvaluationResult result_with(double ap) {
  EvaluationResult result;
  result.max_detections = {1, 10, 300};
  result.stats.values.fill(-1);
  result.stats.values[0] = ap;
  CategoryResult& row = result.per_category.emplace_back();
  row.id = 3;
  row.name = "traffic light";
  row.npos = 12;
  row.ap = 0.12345;
  return result;
}

TEST(ReportText, SummaryNamesTheLimitsAsPycocotoolsDoes) {
  const std::string text = summary_text(result_with(0.5));
  EXPECT_EQ(text.substr(0, text.find('\n')),
            " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.500");
  EXPECT_NE(text.find(" Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=300 ] = "
                      "-1.000\n"),
            std::string::npos);
  EXPECT_NE(text.find(" Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=300 ] = "
                      "-1.000\n"),
            std::string::npos);
}

TEST(ReportText, SaysWhyThereIsNoApWithoutCocosLimit) {
  EvaluationResult result = result_with(-1);
  EXPECT_EQ(missing_ap_text(result),
            "AP is not measured: COCO has it with at most 100 detections for each image and class, "
            "and the limits here are 1, 10, 300. The AP of a single class has the limit 300.");
  result.max_detections = {1, 10, 100};
  EXPECT_EQ(missing_ap_text(result), "");
  result.max_detections = {100, 200, 300};
  EXPECT_EQ(missing_ap_text(result), "");
}

TEST(ReportText, CategoryTableHasARowPerClass) {
  EXPECT_EQ(category_table(result_with(0.5)),
            "class          objects     AP   AP50   AP75    APs    APm    APl  AR300\n"
            "traffic light       12  0.123      -      -      -      -      -      -\n");
}

TEST(ReportText, JsonReadsBackToTheSameBits) {
  const double ap = 0x1.23456789abcdfp-2;
  const auto json = nlohmann::json::parse(to_json(result_with(ap)).dump());
  EXPECT_EQ(json["stats"]["AP"].get<double>(), ap);
  EXPECT_EQ(json["stats"]["AR100"].get<double>(), -1);
  EXPECT_EQ(json["per_category"][0]["name"], "traffic light");
  EXPECT_EQ(json["per_category"][0]["AP"].get<double>(), 0.12345);
}

TEST(Fnv64w, HashesWordsInOrder) {
  EXPECT_EQ(fnv64w({}), 0xcbf29ce484222325);
  // The word of 0.0 is 0: the offset basis times the prime, modulo 2^64.
  EXPECT_EQ(fnv64w(std::vector<double>{0.0}), 0xcbf29ce484222325 * 0x100000001b3);
  EXPECT_NE(fnv64w(std::vector<double>{0.0, 1.0}), fnv64w(std::vector<double>{1.0, 0.0}));
}

TEST(CategoryTable, NamesCannotDriveTheTerminalNorBeMissing) {
  EXPECT_EQ(shown_name(7, ""), "class 7");
  EXPECT_EQ(shown_name(7, "a\x1b[2Jb\n"), "a?[2Jb?");
  EXPECT_EQ(shown_name(7, std::string(300, 'x')), std::string(40, 'x') + "...");
  EXPECT_EQ(shown_name(7, "naïve 猫"), "naïve 猫");
}

}  // namespace
}  // namespace rn
