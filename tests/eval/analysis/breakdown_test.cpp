#include "eval/analysis/breakdown.h"

#include <gtest/gtest.h>

#include <cmath>

#include "eval/analysis/by_image.h"
#include "eval/analysis/class_table.h"
#include "eval/analysis/effective_objects.h"
#include "eval/analysis/random_scene.h"
#include "eval/analysis/range_matching.h"
#include "eval/analysis/scene.h"
#include "eval/special_values.h"

namespace rn {
namespace {

Breakdown breakdown_of(const Scene& scene) {
  return make_breakdown(scene.ground_truth(), scene.detections, scene.matches());
}

TEST(Breakdown, NamesItsRows) {
  const Breakdown breakdown = breakdown_of(Scene());
  std::vector<std::string> names;
  for (const auto* rows : {&breakdown.by_size, &breakdown.by_object_count}) {
    for (const BreakdownRow& row : *rows) names.push_back(row.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0-16", "16-32", "32-64", "64-96", "96-160", "160-320",
                                             "320+", "0", "1", "2-3", "4-7", "8-15", "16+"}));
}

TEST(Breakdown, MeasuresEachSizeWithTheOthersIgnored) {
  Scene scene;
  scene.object(10, 1, {0, 0, 10, 10}).object(10, 1, {100, 0, 40, 40});
  scene.object(10, 1, {300, 0, 50, 50});
  scene.detect(10, 1, {0, 0, 10, 10}, 0.5);      // finds the smallest
  scene.detect(10, 1, {100, 0, 40, 40}, 0.9);    // finds one of two of 32-64
  scene.detect(10, 1, {500, 0, 400, 400}, 0.8);  // false, 320+: no object there
  const auto rows = breakdown_of(scene).by_size;
  EXPECT_EQ(rows[0].objects, 1);
  EXPECT_EQ(rows[0].images, 1);
  EXPECT_EQ(rows[0].ap, kOne);
  EXPECT_EQ(rows[1].objects, 0);
  EXPECT_EQ(rows[1].ap, -1);
  EXPECT_EQ(rows[2].objects, 2);
  EXPECT_NEAR(rows[2].ap50, 51.0 / 101, 1e-15);
  EXPECT_EQ(rows[6].ap, -1);
}

TEST(Breakdown, AnEdgeIsInBothSizes) {
  Scene scene;
  scene.object(10, 1, {0, 0, 16, 16}).detect(10, 1, {0, 0, 16, 16}, 0.5);
  const auto rows = breakdown_of(scene).by_size;
  for (const size_t row : {0, 1}) {
    EXPECT_EQ(rows[row].objects, 1);
    EXPECT_EQ(rows[row].ap, kOne);
  }
}

TEST(Breakdown, GroupsImagesByTheirObjects) {
  Scene scene(3);
  scene.object(10, 1, spot(0)).object(10, 1, {0, 100, 500, 100}, true);  // one: crowds don't count
  scene.object(20, 1, spot(0)).object(20, 1, spot(1));
  scene.detect(10, 1, spot(0), 0.9).detect(20, 1, spot(1), 0.8);
  scene.detect(30, 1, spot(0), 0.99);  // an image without objects spoils no row but its own
  const auto rows = breakdown_of(scene).by_object_count;
  EXPECT_EQ(rows[0].images, 1);
  EXPECT_EQ(rows[0].ap, -1);
  EXPECT_EQ(rows[1].objects, 1);
  EXPECT_EQ(rows[1].images, 1);
  EXPECT_EQ(rows[1].ap, kOne);
  EXPECT_EQ(rows[2].objects, 2);
  EXPECT_NEAR(rows[2].ap, 51.0 / 101, 1e-15);
  EXPECT_EQ(rows[5].ap50, -1);
}

TEST(Breakdown, CountsFalsePositivesWhereThereAreNoObjects) {
  Scene scene(4);
  scene.object(10, 1, spot(0)).detect(10, 1, nowhere(), 0.9);  // beside an object: not here
  scene.object(20, 1, {0, 100, 500, 100}, true);               // a crowd is no object
  scene.detect(20, 1, {0, 100, 10, 10}, 0.9);                  // in the crowd: ignored
  scene.detect(20, 1, nowhere(), 0.25).detect(20, 1, nowhere(1), 0.9).detect(30, 1, spot(0), 0.5);
  scene.detect(30, 1, nowhere(), 0.249).detect(30, 1, nowhere(1), std::nan(""));
  const Breakdown breakdown = breakdown_of(scene);
  EXPECT_EQ(breakdown.by_object_count[0].name, "0");
  EXPECT_EQ(breakdown.by_object_count[0].images, 3);
  EXPECT_EQ(breakdown.by_object_count[0].objects, 0);
  EXPECT_EQ(breakdown.score, 0.25);
  EXPECT_EQ(breakdown.false_positives_without_objects, 3);
}

TEST(Breakdown, SaysWhatItsObjectsAreWorth) {
  EXPECT_EQ(effective_objects({}), 0);
  EXPECT_EQ(effective_objects(std::vector<int64_t>{0, 0}), 0);
  EXPECT_DOUBLE_EQ(effective_objects(std::vector<int64_t>{7, 0}), 7);
  EXPECT_DOUBLE_EQ(effective_objects(std::vector<int64_t>{5, 5, 5}), 15);
  EXPECT_DOUBLE_EQ(effective_objects(std::vector<int64_t>{1000, 1}), 4 / 1.001);
  Scene scene(2, 2);
  scene.object(10, 1, spot(0)).object(10, 1, spot(1)).object(10, 1, spot(2));
  scene.object(10, 2, spot(3)).object(20, 1, spot(0));
  const Breakdown breakdown = breakdown_of(scene);
  EXPECT_DOUBLE_EQ(breakdown.by_object_count[3].effective_objects, 3);  // 4 / (1/3 + 1)
  EXPECT_EQ(breakdown.by_object_count[1].effective_objects, 1);
  EXPECT_DOUBLE_EQ(breakdown.by_size[0].effective_objects, 3.2);  // 4 / (1/4 + 1)
}

TEST(Breakdown, OfEverythingInOneRowIsTheEvaluationsAp) {
  Scene scene = random_scene(40, 3, 5);
  // All of 50 x 50 pixels, and 4 or 5 objects that count in each image.
  for (auto& object : scene.file.annotations) object.area = 2500;
  for (auto& found : scene.detections) found.bbox[2] = found.bbox[3] = 50;
  const EvaluationResult result = scene.result();
  ASSERT_GT(result.stats.ap(), 0.001);
  const auto by_size = breakdown_of(scene).by_size;
  EXPECT_EQ(by_size[2].ap, result.stats.ap());
  EXPECT_EQ(by_size[2].ap50, result.stats.ap50());
  EXPECT_EQ(by_size[2].objects, make_class_table(scene.matches(), result).all.positives);
  EXPECT_EQ(breakdown_of(scene).by_object_count[3].ap, result.stats.ap());
}

TEST(RangeMatching, InCocosRangesEqualsTheEvaluationsMatching) {
  for (const bool class_agnostic : {false, true}) {
    Scene scene = random_scene(30, 3, 8);
    scene.options.class_agnostic = class_agnostic;
    const Matches matches = scene.matches();
    const auto objects = evaluated_objects(scene.ground_truth(), class_agnostic);
    const auto images = images_of_records(scene.ground_truth(), scene.detections);
    for (size_t k = 0; k < objects.size(); ++k) {
      std::vector<EvalDetection> detections;
      for (const MatchOutcome& outcome : matches.categories[k].outcomes) {
        const Box& box = scene.detections[outcome.record].bbox;
        detections.push_back(
            {images[outcome.record], 0, box, box[2] * box[3], outcome.score, outcome.record});
      }
      std::stable_sort(detections.begin(), detections.end(),
                       [](const auto& a, const auto& b) { return a.image < b.image; });
      for (size_t range = 1; range < kAreaRanges.size(); ++range) {
        const std::array<AreaRange, 3> ranges = {
            {{"", -2, -1}, {"", -4, -3}, kAreaRanges[range]}};  // the last borrows another's place
        const auto outcomes = match_in_ranges(objects[k], detections, ranges);
        ASSERT_EQ(outcomes.size(), detections.size());
        for (size_t i = 0; i < outcomes.size(); ++i) {
          const MatchOutcome& expected = matches.categories[k].outcomes[i];
          ASSERT_EQ(outcomes[i].record, expected.record);
          ASSERT_EQ(outcomes[i].true_positive[3], expected.true_positive[range]);
          ASSERT_EQ(outcomes[i].false_positive[3], expected.false_positive[range]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace rn
