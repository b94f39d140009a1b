// The answers of pycocotools, stored with the cases: every number to the last bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "core/error.h"
#include "eval/coco_evaluator.h"
#include "eval/report_text.h"

namespace rn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path kCases = fs::path(RN_SOURCE_DIR) / ".." / "shared" / "eval-cases";

Json expected_of(const fs::path& folder) {
  std::ifstream in(folder / "expected.json");
  return Json::parse(in);
}

std::vector<CocoResult> detections_of(const fs::path& folder, const Json& expected) {
  // Where the list is empty pycocotools raises; the stored numbers are those of no detections.
  if (expected.contains("note")) {
    EXPECT_THROW(read_coco_results(folder / "dt.json"), Error);
    return {};
  }
  return read_coco_results(folder / "dt.json");
}

EvaluationResult evaluate_case(const fs::path& folder, const Json& expected,
                               const EvalOptions& options) {
  const CocoGroundTruth ground_truth(read_coco_file(folder / "gt.json"));
  return evaluate(ground_truth, detections_of(folder, expected), options);
}

void expect_array(const EvalArray& array, const Json& expected) {
  EXPECT_EQ(array.shape, expected["shape"].get<std::vector<int64_t>>());
  EXPECT_EQ(fmt::format("{:016x}", fnv64w(array.values)), expected["fnv64w"].get<std::string>());
}

void expect_stats(const EvaluationResult& result, const Json& expected) {
  for (size_t i = 0; i < CocoStats::kNames.size(); ++i) {
    EXPECT_EQ(result.stats.values[i], expected[CocoStats::kNames[i]].get<double>())
        << CocoStats::kNames[i];
  }
}

void expect_rows(const EvaluationResult& result, const Json& expected) {
  const Json rows = Json::parse(to_json(result).dump())["per_category"];
  ASSERT_EQ(rows.size(), expected.size());
  for (size_t k = 0; k < rows.size(); ++k) {
    for (const auto& [key, value] : rows[k].items()) {
      EXPECT_EQ(value, expected[k][key]) << "category " << rows[k]["id"] << " " << key;
    }
  }
}

void expect_case(const fs::path& folder) {
  const Json expected = expected_of(folder);
  const EvaluationResult result = evaluate_case(folder, expected, {});
  expect_stats(result, expected["stats"]);
  for (size_t i = 0; i < result.stats.values.size(); ++i) {
    const auto hex = expected["stats_hex"][i].get<std::string>();
    EXPECT_EQ(result.stats.values[i], std::strtod(hex.c_str(), nullptr)) << hex;
  }
  std::string summary;
  for (const auto& line : expected["summary"]) summary += line.get<std::string>() + "\n";
  EXPECT_EQ(summary_text(result), summary);
  expect_rows(result, expected["per_category"]);
  expect_array(result.precision, expected["arrays"]["precision"]);
  expect_array(result.recall, expected["arrays"]["recall"]);
  expect_array(result.scores, expected["arrays"]["scores"]);
}

void expect_variant(const fs::path& folder, const char* name, const EvalOptions& options) {
  const Json expected = expected_of(folder);
  if (!expected.contains("variants") || !expected["variants"].contains(name)) return;
  SCOPED_TRACE(name);
  const EvaluationResult result = evaluate_case(folder, expected, options);
  const Json& variant = expected["variants"][name];
  expect_stats(result, variant["stats"]);
  expect_array(result.precision, variant["precision"]);
  expect_array(result.recall, variant["recall"]);
}

class CocoCases : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const fs::path folder = kCases / GetParam();
    if (!fs::is_directory(folder)) GTEST_SKIP() << "no evaluation cases at " << folder;
    for (const auto& entry : fs::directory_iterator(folder)) folders_.push_back(entry.path());
    std::sort(folders_.begin(), folders_.end());
  }
  std::vector<fs::path> folders_;
};

TEST_P(CocoCases, EqualPycocotoolsToTheLastBit) {
  size_t compared = 0;
  for (const fs::path& folder : folders_) {
    SCOPED_TRACE(folder.filename());
    if (expected_of(folder).contains("error")) continue;
    expect_case(folder);
    ++compared;
  }
  EXPECT_GE(compared, 10u);
}

TEST_P(CocoCases, EqualPycocotoolsWithOtherOptions) {
  EvalOptions class_agnostic;
  class_agnostic.class_agnostic = true;
  EvalOptions more, unsorted;
  more.max_detections = {1, 10, 300};
  unsorted.max_detections = {100, 1, 10};
  for (const fs::path& folder : folders_) {
    SCOPED_TRACE(folder.filename());
    if (expected_of(folder).contains("error")) continue;
    expect_variant(folder, "useCats0", class_agnostic);
    expect_variant(folder, "maxDets_1_10_300", more);
    expect_variant(folder, "maxDets_100_1_10_unsorted", unsorted);
  }
}

TEST_P(CocoCases, FailWherePycocotoolsRaises) {
  for (const fs::path& folder : folders_) {
    SCOPED_TRACE(folder.filename());
    const Json expected = expected_of(folder);
    if (!expected.contains("error")) continue;
    EXPECT_THROW(evaluate_case(folder, expected, {}), Error) << expected["error"];
  }
}

INSTANTIATE_TEST_SUITE_P(Stored, CocoCases, testing::Values("small", "medium"),
                         [](const auto& cases) { return std::string(cases.param); });

}  // namespace
}  // namespace rn
