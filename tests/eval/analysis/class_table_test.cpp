#include "eval/analysis/class_table.h"

#include <gtest/gtest.h>

#include <limits>

#include "eval/analysis/scene.h"
#include "eval/special_values.h"

namespace rn {
namespace {

/// Four objects; true, false, true, true, false by descending score.
Scene four_objects(int64_t classes = 1) {
  Scene scene(1, classes);
  for (int64_t i = 0; i < 4; ++i) scene.object(10, 1, spot(i));
  scene.detect(10, 1, spot(0), 0.9).detect(10, 1, nowhere(), 0.8).detect(10, 1, spot(1), 0.7);
  return scene.detect(10, 1, spot(2), 0.6).detect(10, 1, nowhere(1), 0.5);
}

ClassTable table_of(const Scene& scene) {
  return make_class_table(scene.matches(), scene.result());
}

TEST(ClassTable, BestF1IsTheHarmonicMeanAtItsBestThreshold) {
  // F1 = 2 TP / (kept + objects): 2/5, 2/6, 4/7, 6/8, 6/9.
  const ClassTable table = table_of(four_objects());
  ASSERT_EQ(table.rows.size(), 1u);
  const ClassSummary& row = table.rows[0].summary;
  EXPECT_EQ(row.positives, 4);
  EXPECT_EQ(row.detections, 5);
  ASSERT_TRUE(row.best_f1);
  EXPECT_EQ(row.best_f1->f1, 0.75);
  EXPECT_EQ(row.best_f1->score, 0.6);
  EXPECT_EQ(row.best_f1->precision, 0.75);
  EXPECT_EQ(row.best_f1->recall, 0.75);
  EXPECT_EQ(row.best_f1->true_positives, 3);
  EXPECT_EQ(row.best_f1->false_positives, 1);
}

TEST(ClassTable, RowsHoldTheEvaluationsNumbers) {
  const Scene scene = four_objects();
  const ClassTable table = table_of(scene);
  EXPECT_EQ(table.rows[0].result.name, "c1");
  EXPECT_EQ(table.rows[0].result.ap, scene.result().stats.ap());
  EXPECT_EQ(table.rows[0].result.npos, 4);
}

TEST(ClassTable, AThresholdTakesAllDetectionsOfAScore) {
  Scene scene;
  scene.object(10, 1, spot(0)).detect(10, 1, spot(0), 0.6).detect(10, 1, nowhere(), 0.6);
  const auto best = table_of(scene).rows[0].summary.best_f1;
  ASSERT_TRUE(best);
  EXPECT_EQ(best->f1, 2.0 / 3.0);
  EXPECT_EQ(best->false_positives, 1);
}

TEST(ClassTable, OfEqualF1TheHighestScoreIsTaken) {
  Scene scene;  // 2/3 with the first alone, 4/6 with all four
  scene.object(10, 1, spot(0)).object(10, 1, spot(1)).detect(10, 1, spot(0), 0.9);
  scene.detect(10, 1, nowhere(0), 0.8).detect(10, 1, nowhere(1), 0.7).detect(10, 1, spot(1), 0.6);
  EXPECT_EQ(table_of(scene).rows[0].summary.best_f1->score, 0.9);
}

TEST(ClassTable, AllPoolsDetectionsOfClassesWithoutObjectsToo) {
  Scene scene = four_objects(2);
  scene.detect(10, 2, spot(0), 0.95);
  const ClassTable table = table_of(scene);
  EXPECT_FALSE(table.rows[1].summary.best_f1);
  EXPECT_EQ(table.rows[1].summary.detections, 1);
  EXPECT_EQ(table.all.detections, 6);
  EXPECT_EQ(table.all.positives, 4);
  EXPECT_EQ(table.all.best_f1->f1, 6.0 / 9.0);  // one false positive more: 6 / (5 + 4)
  EXPECT_EQ(table.all.best_f1->score, 0.6);
}

TEST(ClassTable, NothingIsBestWithoutObjectsDetectionsOrScores) {
  Scene no_objects;
  no_objects.detect(10, 1, spot(0), 0.9);
  EXPECT_FALSE(table_of(no_objects).rows[0].summary.best_f1);
  Scene no_detections;
  no_detections.object(10, 1, spot(0));
  EXPECT_FALSE(table_of(no_detections).rows[0].summary.best_f1);
  EXPECT_EQ(table_of(no_detections).all.positives, 1);
  Scene no_score;
  no_score.object(10, 1, spot(0)).detect(10, 1, spot(0), kNan);
  EXPECT_FALSE(table_of(no_score).all.best_f1);
  EXPECT_EQ(table_of(no_score).all.detections, 1);
}

TEST(ClassTable, DetectionsInCrowdsDoNotCount) {
  Scene scene;
  scene.object(10, 1, spot(0)).object(10, 1, {0, 100, 500, 100}, true);
  scene.detect(10, 1, {50, 120, 10, 10}, 0.99).detect(10, 1, spot(0), 0.5);
  const ClassSummary row = table_of(scene).rows[0].summary;
  EXPECT_EQ(row.detections, 1);
  EXPECT_EQ(row.positives, 1);
  EXPECT_EQ(row.best_f1->f1, 1);
}

}  // namespace
}  // namespace rn
