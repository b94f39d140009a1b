#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "core/json.h"
#include "eval/analysis/random_scene.h"
#include "evalreport/analysis_json.h"
#include "evalreport/evaluated.h"

namespace rn {
namespace {

using testing::HasSubstr;

Json read_back(const EvalReportInput& input) { return parse_json(json_text(eval_json(input))); }

void expect_same_bits(const Json& json, const std::vector<double>& values) {
  ASSERT_EQ(json.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(std::bit_cast<uint64_t>(json[i].get<double>()), std::bit_cast<uint64_t>(values[i]));
  }
}

TEST(EvalJson, NumbersReadBackToTheSameBits) {
  const Evaluated evaluated = evaluated_mixture({"cat", "dog", "bird"}, 30);
  const Json json = read_back(evaluated.input());
  const Analysis& analysis = evaluated.analysis;
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(json["stats"][CocoStats::kNames[i]].get<double>(), evaluated.result.stats.values[i]);
  }
  expect_same_bits(json["analysis"]["precision_recall"]["mean"]["mean"],
                   analysis.precision_recall.mean.mean);
  expect_same_bits(json["analysis"]["score_curves"]["per_class"][1]["f1"],
                   analysis.score_curves.per_class[1].f1);
  EXPECT_EQ(json["analysis"]["calibration"]["ece"].get<double>(), analysis.calibration.ece);
  EXPECT_EQ(json["tide"]["dAP"]["Loc"].get<double>(),
            *analysis.tide->dap[static_cast<size_t>(TideError::kLoc)]);
  EXPECT_EQ(json["analysis"]["class_table"]["rows"][2]["best_f1"]["score"].get<double>(),
            analysis.class_table.rows[2].summary.best_f1->score);
}

TEST(EvalJson, HoldsTheNumbersAsTheJsonOptionWritesThem) {
  const Evaluated evaluated = evaluated_mixture({"cat", "dog", "bird"}, 30);
  const Json json = eval_json(evaluated.input());
  const Json numbers = numbers_json(evaluated.result, evaluated.analysis.tide, nullptr);
  ASSERT_TRUE(numbers.contains("tide"));
  for (const auto& [key, value] : numbers.items()) EXPECT_EQ(json[key], value) << key;
  EXPECT_FALSE(json["analysis"].contains("tide"));  // nowhere else under other names
}

TEST(EvalJson, SaysWhatWasEvaluated) {
  CocoFile file = coco_file({"cat", "dog"}, 3);
  add_object(file, 1, 1, {10, 10, 20, 20});
  add_object(file, 1, 2, {50, 50, 20, 20});
  file.annotations.back().iscrowd = true;
  const Json json =
      read_back(Evaluated(file, {{1, 1, {10, 10, 20, 20}, 0.9}}).input())["evaluated"];
  EXPECT_EQ(json["detections_file"], "runs/7/detections.json");
  EXPECT_EQ(json["date"], "2 May 2026");
  EXPECT_EQ(json["images"], 3);
  EXPECT_EQ(json["images_without_objects"], 2);
  EXPECT_EQ(json["objects"], 1);
  EXPECT_EQ(json["crowds"], 1);
  EXPECT_EQ(json["detections"], 1);
}

TEST(EvalJson, AnImageWithOnlyACrowdHasNoObjectsWhereverImagesAreCounted) {
  CocoFile file = coco_file({"cat"}, 3);
  add_object(file, 1, 1, {10, 10, 20, 20});
  add_object(file, 2, 1, {10, 10, 20, 20});
  file.annotations.back().iscrowd = true;
  const Evaluated evaluated(file, {});
  const Json json = read_back(evaluated.input());
  EXPECT_EQ(json["evaluated"]["images_without_objects"], 2);
  EXPECT_EQ(json["analysis"]["breakdown"]["by_object_count"][0]["images"], 2);
  EXPECT_THAT(eval_page(evaluated.input()), HasSubstr("<dd>3, 2 without objects</dd>"));
}

TEST(EvalJson, TheMatrixHasItsCellsWithACount) {
  CocoFile file = coco_file({"cat", "dog"}, 1);
  add_object(file, 1, 1, {10, 10, 20, 20});
  add_object(file, 1, 2, {60, 60, 20, 20});
  const Evaluated evaluated(file, {{1, 2, {10, 10, 20, 20}, 0.9}});
  const Json matrix = read_back(evaluated.input())["analysis"]["confusion"];
  EXPECT_EQ(matrix["classes"], 2);
  ASSERT_EQ(matrix["cells"].size(), 2u);
  EXPECT_EQ(matrix["cells"][0],
            (Json{{"true_class", 0}, {"predicted_class", 1}, {"count", 1}}));  // a cat as a dog
  EXPECT_EQ(matrix["cells"][1],
            (Json{{"true_class", 1}, {"predicted_class", 2}, {"count", 1}}));  // a dog missed
}

/// All of an evaluation and its analysis that can be written.
std::string whole_analysis(const Scene& scene, int threads) {
  const CocoGroundTruth ground_truth = scene.ground_truth();
  EvalOptions options = scene.options;
  AnalysisOptions analysis_options;
  options.threads = analysis_options.threads = threads;
  const Matches matches = match_detections(ground_truth, scene.detections, options);
  const EvaluationResult result = accumulate(ground_truth, matches, threads);
  const Analysis analysis =
      analyze(ground_truth, scene.detections, matches, result, analysis_options);
  return json_text({{"numbers", numbers_json(result, analysis.tide, nullptr)},
                    {"precision", result.precision.values},
                    {"recall", result.recall.values},
                    {"scores", result.scores.values},
                    {"analysis", analysis_json(analysis)}});
}

TEST(EvalJson, IsTheSameWithAnyNumberOfThreads) {
  // So many that the threads share the images, the items to group and the classes.
  Scene scene = random_scene(8000, 3, 5);
  ASSERT_GT(scene.detections.size(), size_t{1} << 16);
  for (const bool class_agnostic : {false, true}) {
    scene.options.class_agnostic = class_agnostic;
    const std::string one = whole_analysis(scene, 1);
    EXPECT_GT(one.size(), 100'000u);
    EXPECT_TRUE(whole_analysis(scene, 2) == one);
    EXPECT_TRUE(whole_analysis(scene, 5) == one);
  }
}

TEST(EvalJson, InfinityAndWhatIsNotANumberAreNull) {
  CocoFile file = coco_file({"cat"}, 1);
  add_object(file, 1, 1, {10, 10, 20, 20});
  const Evaluated evaluated(file, {{1, 1, {70, 70, 9, 9}, std::nan("")}});
  const Json json = read_back(evaluated.input())["analysis"];
  EXPECT_TRUE(json["breakdown"]["by_size"].back()["high"].is_null());
  ASSERT_EQ(json["mistakes"]["most_confident"].size(), 1u);
  EXPECT_TRUE(json["mistakes"]["most_confident"][0]["score"].is_null());
  EXPECT_TRUE(json["class_table"]["rows"][0]["best_f1"].is_null());
}

TEST(EvalJson, HasAComparisonOnlyIfThereIsOne) {
  const Evaluated evaluated = evaluated_mixture({"cat"}, 5);
  EvalReportInput input = evaluated.input();
  EXPECT_FALSE(read_back(input).contains("comparison"));
  Comparison comparison;
  comparison.ap = compared(0.25, 0.5, {0.1, 0.35});
  comparison.per_class = {{1, "cat", comparison.ap}};
  input.comparison = &comparison;
  const Json json = read_back(input)["comparison"];
  EXPECT_EQ(json["ap"]["difference"], 0.25);
  EXPECT_EQ(json["per_class"][0]["ap"]["difference_interval"]["high"], 0.35);
}

}  // namespace
}  // namespace rn
