// The whole analysis on data at the edges, and that its parts agree.
#include "eval/analysis.h"

#include <gtest/gtest.h>

#include <limits>

#include "eval/analysis/random_scene.h"

namespace rn {
namespace {

Analysis analysis_of(const Scene& scene) {
  return analyze(scene.ground_truth(), scene.detections, scene.matches(), scene.result());
}

TEST(Analysis, PartsAgree) {
  const Scene scene = random_scene(30, 3, 5);
  const Analysis analysis = analysis_of(scene);
  ASSERT_EQ(analysis.classes.size(), 3u);
  EXPECT_EQ(analysis.classes[2], (Category{3, "c3"}));
  const ClassTable& table = analysis.class_table;
  EXPECT_EQ(analysis.calibration.detections, table.all.detections);
  // The threshold of the best F1 is as good as the best of the grid, or better.
  for (const double f1 : analysis.score_curves.all.f1) EXPECT_LE(f1, table.all.best_f1->f1);
  int64_t objects = 0;
  for (const BreakdownRow& row : analysis.breakdown.by_object_count) objects += row.objects;
  EXPECT_EQ(objects, table.all.positives);
  EXPECT_EQ(analysis.mistakes.most_confident.size(), 50u);
  EXPECT_GT(analysis.mistakes.images_with_errors, 20);
  // At one threshold: errors of all images are false positives and missed objects.
  AnalysisOptions options;
  options.mistakes.score = table.all.best_f1->score;
  options.mistakes.max_images = 1000;
  const auto images =
      analyze(scene.ground_truth(), scene.detections, scene.matches(), scene.result(), options)
          .mistakes.worst_images;
  int64_t false_positives = 0, missed = 0;
  for (const ImageMistakes& image : images) {
    false_positives += static_cast<int64_t>(image.false_positives.size());
    missed += static_cast<int64_t>(image.missed.size());
  }
  EXPECT_EQ(false_positives, table.all.best_f1->false_positives);
  EXPECT_EQ(missed, table.all.positives - table.all.best_f1->true_positives);
}

TEST(Analysis, OfNoDetections) {
  Scene scene(2, 2);
  scene.object(10, 1, spot(0)).object(20, 2, spot(0));
  const Analysis analysis = analysis_of(scene);
  EXPECT_FALSE(analysis.class_table.all.best_f1);
  EXPECT_EQ(analysis.score_curves.all.f1[0], 0);
  EXPECT_EQ(analysis.precision_recall.mean.iou50[0], 0);
  EXPECT_EQ(analysis.confusion->at(0, 2), 1);
  EXPECT_EQ(analysis.tide->counts[static_cast<size_t>(TideError::kMiss)], 2);
  EXPECT_EQ(analysis.calibration.detections, 0);
  EXPECT_EQ(analysis.breakdown.by_object_count[1].ap, 0);
  EXPECT_EQ(analysis.mistakes.worst_images.size(), 2u);
}

TEST(Analysis, OfNoObjects) {
  Scene scene(1, 2);
  scene.detect(10, 1, spot(0), 0.9);
  const Analysis analysis = analysis_of(scene);
  EXPECT_EQ(analysis.class_table.all.detections, 1);
  EXPECT_TRUE(analysis.score_curves.all.f1.empty());
  EXPECT_EQ(analysis.confusion->at(2, 0), 1);
  EXPECT_EQ(analysis.calibration.mce, 0.9);
  for (const BreakdownRow& row : analysis.breakdown.by_size) EXPECT_EQ(row.ap, -1);
  EXPECT_EQ(analysis.mistakes.most_confident[0].error, TideError::kBkg);
  EXPECT_EQ(analysis.mistakes.worst_images[0].f1, 0);
}

TEST(Analysis, OfNothing) {
  const Analysis analysis = analysis_of(Scene(0, 0));
  EXPECT_TRUE(analysis.classes.empty());
  EXPECT_TRUE(analysis.confusion->cells.empty());
  EXPECT_TRUE(analysis.mistakes.worst_images.empty());
}

TEST(Analysis, OfCrowdsOnly) {
  Scene scene(1, 1);
  scene.object(10, 1, {0, 0, 200, 200}, true).detect(10, 1, {5, 5, 50, 50}, 0.9);
  const Analysis analysis = analysis_of(scene);
  EXPECT_EQ(analysis.class_table.all.positives, 0);
  EXPECT_EQ(analysis.class_table.all.detections, 0);
  EXPECT_TRUE(analysis.confusion->cells.empty());
  EXPECT_EQ(analysis.calibration.detections, 0);
  EXPECT_EQ(analysis.mistakes.images_with_errors, 0);
}

TEST(Analysis, OfOneScoreForAll) {
  Scene scene = random_scene(10, 2, 4);
  for (CocoResult& found : scene.detections) found.score = 0.5;
  const Analysis analysis = analysis_of(scene);
  EXPECT_EQ(analysis.class_table.all.best_f1->score, 0.5);
  EXPECT_EQ(analysis.calibration.bins[5].count, analysis.class_table.all.detections);
  EXPECT_EQ(analysis.score_curves.all.recall[100], analysis.class_table.all.best_f1->recall);
  EXPECT_EQ(analysis.score_curves.all.recall[101], 0);
}

TEST(Analysis, OfScoresThatAreNoNumbers) {
  Scene scene = random_scene(10, 2, 4);
  for (CocoResult& found : scene.detections) {
    found.score = std::numeric_limits<double>::quiet_NaN();
  }
  const Analysis analysis = analysis_of(scene);
  EXPECT_FALSE(analysis.class_table.all.best_f1);
  EXPECT_EQ(analysis.calibration.detections, 0);
  EXPECT_EQ(analysis.confusion->at(2, 0) + analysis.confusion->at(2, 1), 0);
  EXPECT_GT(analysis.tide->ap50, 0);  // all of one rank, taken in the order of the file
  EXPECT_FALSE(analysis.mistakes.most_confident.empty());
}

TEST(Analysis, OfOneClassHasNoErrorsOfClass) {
  const Analysis analysis = analysis_of(random_scene(10, 1, 4));
  EXPECT_EQ(analysis.tide->counts[static_cast<size_t>(TideError::kCls)], 0);
  EXPECT_EQ(analysis.tide->counts[static_cast<size_t>(TideError::kBoth)], 0);
  EXPECT_EQ(analysis.confusion->classes, 1);
}

TEST(Analysis, ClassAgnosticLeavesOutWhatComparesClasses) {
  Scene scene = random_scene(10, 3, 4);
  scene.options.class_agnostic = true;
  const Analysis analysis = analysis_of(scene);
  ASSERT_EQ(analysis.classes.size(), 1u);
  EXPECT_EQ(analysis.classes[0].id, -1);
  EXPECT_FALSE(analysis.confusion);
  EXPECT_FALSE(analysis.tide);
  EXPECT_EQ(analysis.class_table.rows.size(), 1u);
  EXPECT_EQ(analysis.class_table.rows[0].summary.best_f1->f1, analysis.class_table.all.best_f1->f1);
  EXPECT_GT(analysis.breakdown.by_object_count[2].ap, 0);
  for (const Mistake& mistake : analysis.mistakes.most_confident) {
    EXPECT_NE(mistake.error, TideError::kCls);
    EXPECT_NE(mistake.error, TideError::kBoth);
  }
}

}  // namespace
}  // namespace rn
