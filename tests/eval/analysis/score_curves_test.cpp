#include "eval/analysis/score_curves.h"

#include <gtest/gtest.h>

#include <limits>

#include "eval/analysis/scene.h"

namespace rn {
namespace {

constexpr size_t at(double score) { return static_cast<size_t>(score * 200 + 0.5); }

TEST(ScoreCurves, CountWhatHasAtLeastTheScore) {
  Scene scene(1, 2);
  for (int64_t i = 0; i < 4; ++i) scene.object(10, 1, spot(i));
  scene.detect(10, 1, spot(0), 0.9).detect(10, 1, nowhere(), 0.8).detect(10, 1, spot(1), 0.7);
  scene.detect(10, 2, spot(2), 0.85);
  const ScoreCurves curves = make_score_curves(scene.matches());
  ASSERT_EQ(curves.score.size(), 201u);
  EXPECT_EQ(curves.score[at(0.7)], 0.7);
  const ScoreCurve& first = curves.per_class[0];
  EXPECT_EQ(first.precision[at(0.7)], 2.0 / 3.0);
  EXPECT_EQ(first.recall[at(0.7)], 0.5);
  EXPECT_EQ(first.f1[at(0.7)], 4.0 / 7.0);
  EXPECT_EQ(first.precision[at(0.705)], 0.5);
  EXPECT_EQ(first.f1[0], 4.0 / 7.0);
  EXPECT_EQ(first.precision[at(0.905)], -1);
  EXPECT_EQ(first.recall[at(0.905)], 0);
  EXPECT_EQ(first.f1[at(0.905)], 0);
  EXPECT_TRUE(curves.per_class[1].f1.empty());
  EXPECT_EQ(curves.all.precision[at(0.85)], 0.5);  // pooled with the second class's
  EXPECT_EQ(curves.all.precision[at(0.7)], 0.5);
}

TEST(ScoreCurves, NanIsBelowEveryThreshold) {
  Scene scene;
  scene.object(10, 1, spot(0)).detect(10, 1, spot(0), std::numeric_limits<double>::quiet_NaN());
  const ScoreCurves curves = make_score_curves(scene.matches());
  EXPECT_EQ(curves.all.recall[0], 0);
  EXPECT_EQ(curves.all.precision[0], -1);
}

}  // namespace
}  // namespace rn
