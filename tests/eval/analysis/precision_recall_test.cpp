#include "eval/analysis/precision_recall.h"

#include <gtest/gtest.h>

#include <numeric>

#include "eval/analysis/scene.h"
#include "eval/special_values.h"

namespace rn {
namespace {

TEST(PrecisionRecall, HoldsTheInterpolatedPrecisionOfTheEvaluation) {
  Scene scene(1, 2);  // one of two objects found, with IoU .8: at 7 of the 10 thresholds
  scene.object(10, 1, spot(0)).object(10, 1, spot(1)).detect(10, 1, part_of_spot(0, 0.8), 0.9);
  const PrecisionRecall curves = make_precision_recall(scene.result());
  ASSERT_EQ(curves.recall.size(), 101u);
  EXPECT_EQ(curves.recall[50], 0.5);
  const PrecisionRecallCurve& first = curves.per_class[0];
  EXPECT_EQ(first.iou50[50], kOne);
  EXPECT_EQ(first.iou50[51], 0);
  EXPECT_EQ(first.iou75[50], kOne);
  EXPECT_NEAR(first.mean[50], 0.7, 1e-15);
  EXPECT_EQ(first.mean[51], 0);
  EXPECT_TRUE(curves.per_class[1].iou50.empty());
}

TEST(PrecisionRecall, MeanIsOverTheClassesWithObjects) {
  Scene scene(1, 3);
  scene.object(10, 1, spot(0)).object(10, 2, spot(1)).detect(10, 1, spot(0), 0.9);
  const EvaluationResult result = scene.result();
  const PrecisionRecall curves = make_precision_recall(result);
  EXPECT_EQ(curves.mean.iou50[100], kOne / 2);
  const double sum = std::accumulate(curves.mean.mean.begin(), curves.mean.mean.end(), 0.0);
  EXPECT_NEAR(sum / 101, result.stats.ap(), 1e-15);
}

TEST(PrecisionRecall, IsEmptyWithoutObjects) {
  Scene scene;
  scene.detect(10, 1, spot(0), 0.9);
  EXPECT_TRUE(make_precision_recall(scene.result()).mean.iou50.empty());
}

}  // namespace
}  // namespace rn
