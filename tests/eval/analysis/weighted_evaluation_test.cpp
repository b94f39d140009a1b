#include "eval/analysis/weighted_evaluation.h"

#include <gtest/gtest.h>

#include "eval/analysis/random_scene.h"
#include "eval/analysis/stored_cases.h"

namespace rn {
namespace {

WeightedAp weighted(const Scene& scene, const std::vector<int32_t>& weights) {
  return WeightedEvaluation(scene.ground_truth(), scene.detections, scene.matches())
      .evaluate(weights);
}

void expect_equal(const WeightedAp& ap, const EvaluationResult& result) {
  EXPECT_EQ(ap.ap, result.stats.ap());
  EXPECT_EQ(ap.ap50, result.stats.ap50());
  ASSERT_EQ(ap.per_class.size(), result.per_category.size());
  for (size_t k = 0; k < ap.per_class.size(); ++k) {
    EXPECT_EQ(ap.per_class[k], result.per_category[k].ap) << k;
  }
}

/// Each image with its objects and detections weights[i] times, its copies side by side.
Scene repeated(const Scene& scene, const std::vector<int32_t>& weights) {
  Scene made(0, static_cast<int64_t>(scene.file.categories.size()));
  for (size_t i = 0; i < weights.size(); ++i) {
    const int64_t id = scene.file.images[i].id;
    for (int32_t copy = 0; copy < weights[i]; ++copy) {
      const int64_t new_id = id * 100 + copy;
      made.file.images.push_back({new_id, "", 0, 0});
      for (const CocoAnnotation& object : scene.file.annotations) {
        if (object.image_id == id)
          made.object(new_id, object.category_id, *object.bbox, *object.iscrowd);
      }
      for (const CocoResult& found : scene.detections) {
        if (found.image_id == id) made.detect(new_id, found.category_id, found.bbox, found.score);
      }
    }
  }
  return made;
}

TEST(WeightedEvaluation, WithWeightsOfOneEqualsTheEvaluationOfEachStoredCase) {
  const auto cases = stored_cases("stats");
  if (cases.empty()) GTEST_SKIP() << "no evaluation cases";
  for (const StoredCase& stored : cases) {
    SCOPED_TRACE(stored.folder.filename());
    for (const bool class_agnostic : {false, true}) {
      EvalOptions options;
      options.class_agnostic = class_agnostic;
      const CocoGroundTruth ground_truth(stored.ground_truth());
      const auto detections = stored.detections();
      const Matches matches = match_detections(ground_truth, detections, options);
      const WeightedEvaluation evaluation(ground_truth, detections, matches);
      const std::vector<int32_t> ones(ground_truth.image_ids().size(), 1);
      expect_equal(evaluation.evaluate(ones), accumulate(ground_truth, matches));
    }
  }
}

TEST(WeightedEvaluation, CountsAnImageAsOftenAsItsWeight) {
  const Scene scene = random_scene(12, 3, 6);
  std::mt19937 random(7);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<int32_t> weights(12);
    for (int32_t& weight : weights) weight = static_cast<int32_t>(random() % 4);
    SCOPED_TRACE(trial);
    expect_equal(weighted(scene, weights), repeated(scene, weights).result());
  }
}

TEST(WeightedEvaluation, HandWorked) {
  // One object in each image, the first found with .9 after a false .95 in the second.
  Scene scene(2);
  scene.object(10, 1, spot(0)).object(20, 1, spot(0)).detect(10, 1, spot(0), 0.9);
  scene.detect(20, 1, nowhere(), 0.95);
  EXPECT_NEAR(weighted(scene, {1, 1}).ap50, 51 * (1.0 / 2) / 101, 1e-15);
  EXPECT_NEAR(weighted(scene, {3, 1}).ap50, 76 * (3.0 / 4) / 101, 1e-15);  // recall 3/4
  EXPECT_NEAR(weighted(scene, {2, 0}).ap50, 1, 1e-15);
  EXPECT_EQ(weighted(scene, {0, 2}).ap50, 0);
  EXPECT_EQ(weighted(scene, {0, 0}).ap50, -1);
}

}  // namespace
}  // namespace rn
