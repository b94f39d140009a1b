#include "eval/analysis/tide.h"

#include <gtest/gtest.h>

#include "eval/analysis/scene.h"

namespace rn {
namespace {

// With half of the objects found 51 of the 101 recall points are reached.
constexpr double kHalfFound = 51.0 / 101 * 100;

TideResult tide_of(const Scene& scene) {
  return tide_errors(scene.ground_truth(), scene.detections);
}

double gain(const TideResult& result, TideError error) {
  return result.dap[static_cast<size_t>(error)].value();
}

void expect_counts(const TideResult& result, const std::array<int64_t, kTideErrorCount>& counts) {
  EXPECT_EQ(result.counts, counts);
}

TEST(Tide, AMissedObjectCostsItsRecall) {
  Scene scene;
  scene.object(10, 1, spot(0)).object(10, 1, spot(1)).detect(10, 1, spot(0), 0.9);
  const TideResult result = tide_of(scene);
  expect_counts(result, {0, 0, 0, 0, 0, 1});
  EXPECT_NEAR(result.ap50, kHalfFound, 1e-12);
  EXPECT_NEAR(gain(result, TideError::kMiss), 100 - kHalfFound, 1e-12);
  EXPECT_NEAR(result.false_neg.value(), 100 - kHalfFound, 1e-12);
  EXPECT_EQ(result.false_pos.value(), 0);
}

TEST(Tide, ADuplicateCostsPrecision) {
  Scene scene;  // precision 1 up to recall .5, then 2/3
  scene.object(10, 1, spot(0)).object(10, 1, spot(1)).detect(10, 1, spot(0), 0.9);
  scene.detect(10, 1, spot(0), 0.8).detect(10, 1, spot(1), 0.7);
  const TideResult result = tide_of(scene);
  expect_counts(result, {0, 0, 0, 1, 0, 0});
  const double ap = (51 + 50 * 2.0 / 3) / 101 * 100;
  EXPECT_NEAR(result.ap50, ap, 1e-12);
  EXPECT_NEAR(gain(result, TideError::kDupe), 100 - ap, 1e-12);
  EXPECT_NEAR(result.false_pos.value(), 100 - ap, 1e-12);
  EXPECT_EQ(gain(result, TideError::kMiss), 0);
}

TEST(Tide, AWrongClassBecomesATruePositiveOfTheObjectsClass) {
  Scene scene(1, 2);
  scene.object(10, 1, spot(0)).detect(10, 2, spot(0), 0.9);
  const TideResult result = tide_of(scene);
  expect_counts(result, {1, 0, 0, 0, 0, 0});  // and the object is not missed
  EXPECT_EQ(result.ap50, 0);                  // of two classes: the second has a detection
  EXPECT_EQ(gain(result, TideError::kCls), 100);
}

TEST(Tide, APoorBoxIsMendedOnlyForTheBestOfAnObject) {
  Scene scene;  // the second would be a duplicate: it goes
  scene.object(10, 1, spot(0));
  scene.detect(10, 1, part_of_spot(0, 0.3), 0.8).detect(10, 1, part_of_spot(0, 0.4), 0.7);
  const TideResult result = tide_of(scene);
  expect_counts(result, {0, 2, 0, 0, 0, 0});
  EXPECT_EQ(gain(result, TideError::kLoc), 100);
}

TEST(Tide, BothAndBackgroundGoWhenMended) {
  Scene scene(1, 2);
  scene.object(10, 1, spot(0)).object(10, 2, spot(1));
  scene.detect(10, 1, spot(0), 0.9).detect(10, 2, spot(1), 0.7);
  scene.detect(10, 2, part_of_spot(0, 0.3), 0.8);  // Both: class 2 falls to precision 1/2
  const TideResult both = tide_of(scene);
  expect_counts(both, {0, 0, 1, 0, 0, 0});
  EXPECT_NEAR(gain(both, TideError::kBoth), 25, 1e-12);
  scene.detections.back().bbox = nowhere();
  const TideResult background = tide_of(scene);
  expect_counts(background, {0, 0, 0, 0, 1, 0});
  EXPECT_NEAR(gain(background, TideError::kBkg), 25, 1e-12);
}

TEST(Tide, ProgressiveGainsAddUpToWhatIsMissing) {
  Scene scene(2, 2);
  scene.object(10, 1, spot(0)).object(10, 1, spot(1)).object(20, 2, spot(0)).object(20, 1, spot(3));
  scene.detect(10, 1, part_of_spot(0, 0.3), 0.9).detect(10, 2, spot(1), 0.8);
  scene.detect(20, 2, spot(0), 0.7).detect(20, 2, spot(0), 0.75).detect(20, 2, nowhere(), 0.95);
  const TideResult result = tide_of(scene);
  expect_counts(result, {1, 1, 0, 1, 1, 1});
  double sum = result.ap50;
  for (const auto& part : result.dap_progressive) sum += part.value();
  EXPECT_NEAR(sum, 100, 1e-12);
}

TEST(Tide, LooksAtTheBestHundredOfAnImageOnly) {
  Scene scene;
  scene.object(10, 1, spot(0));
  for (int64_t i = 0; i < 100; ++i) scene.detect(10, 1, nowhere(i), 0.9);
  scene.detect(10, 1, spot(0), 0.8);
  expect_counts(tide_of(scene), {0, 0, 0, 0, 100, 1});
}

TEST(Tide, ADetectionInACrowdIsNoFalsePositiveThoughItHasAnError) {
  Scene scene;
  scene.object(10, 1, spot(0)).object(10, 1, {0, 100, 500, 100}, true);
  scene.detect(10, 1, {50, 120, 10, 10}, 0.99).detect(10, 1, spot(0), 0.5);
  const TideResult result = tide_of(scene);
  expect_counts(result, {0, 0, 0, 0, 1, 0});
  EXPECT_EQ(result.ap50, 100);
}

TEST(Tide, HasNoGainWhereNoClassIsLeft) {
  Scene no_objects;
  no_objects.detect(10, 1, spot(0), 0.9);
  const TideResult result = tide_of(no_objects);
  EXPECT_EQ(result.ap50, 0);
  EXPECT_FALSE(result.dap[static_cast<size_t>(TideError::kBkg)]);
  EXPECT_EQ(gain(result, TideError::kMiss), 0);
  const TideResult empty = tide_of(Scene());
  EXPECT_EQ(empty.ap50, 0);
  EXPECT_FALSE(empty.false_pos);
}

}  // namespace
}  // namespace rn
