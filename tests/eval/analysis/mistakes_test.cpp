#include "eval/analysis/mistakes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "eval/analysis/scene.h"

namespace rn {
namespace {

Mistakes mistakes_of(const Scene& scene, const MistakeOptions& options = {}) {
  return make_mistakes(scene.ground_truth(), scene.detections, scene.matches(), options);
}

TEST(Mistakes, NameTheErrorAndTheObjectConcerned) {
  Scene scene(1, 2);
  scene.object(10, 1, spot(0)).object(10, 2, spot(1));
  scene.detect(10, 1, spot(0), 0.95);               // right
  scene.detect(10, 1, part_of_spot(0, 0.8), 0.9);   // twice
  scene.detect(10, 1, spot(1), 0.8);                // another class
  scene.detect(10, 2, part_of_spot(1, 0.25), 0.7);  // a poor box
  scene.detect(10, 2, part_of_spot(0, 0.25), 0.6);  // another class, a poor box
  scene.detect(10, 2, nowhere(), 0.1);              // nothing
  const auto found = mistakes_of(scene).most_confident;
  ASSERT_EQ(found.size(), 5u);
  const std::array<TideError, 5> errors = {TideError::kDupe, TideError::kCls, TideError::kLoc,
                                           TideError::kBoth, TideError::kBkg};
  const std::array<int64_t, 5> objects = {1, 2, 2, 1, 0};
  const std::array<double, 5> ious = {0.8, 1, 0.25, 0.25, 0};
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].error, errors[i]) << i;
    EXPECT_EQ(found[i].object ? found[i].object->id : 0, objects[i]) << i;
    EXPECT_EQ(found[i].iou, ious[i]) << i;
    EXPECT_EQ(found[i].record, static_cast<int64_t>(i) + 1);
    EXPECT_EQ(found[i].image_id, 10);
    EXPECT_EQ(found[i].bbox, scene.detections[i + 1].bbox);
  }
  EXPECT_EQ(found[1].class_index, 0);
  EXPECT_EQ(found[1].class_name, "c1");
  EXPECT_EQ(found[1].object->class_index, 1);
  EXPECT_EQ(found[1].object->class_name, "c2");
  EXPECT_EQ(found[1].object->bbox, spot(1));
}

TEST(Mistakes, AreTheMostConfidentOfAllClassesNanLast) {
  Scene scene(2, 2);
  scene.detect(10, 1, nowhere(0), std::nan("")).detect(20, 2, nowhere(0), 0.3);
  scene.detect(10, 1, nowhere(1), 0.4).detect(10, 2, nowhere(2), 0.2);
  MistakeOptions options;
  const auto all = mistakes_of(scene).most_confident;
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].record, 2);
  EXPECT_EQ(all[1].record, 1);
  EXPECT_EQ(all[3].record, 0);
  options.max_mistakes = 2;
  EXPECT_EQ(mistakes_of(scene, options).most_confident.size(), 2u);
}

TEST(Mistakes, WorstImagesHaveTheMostErrors) {
  Scene scene(4);
  scene.object(10, 1, spot(0)).detect(10, 1, spot(0), 0.9);  // no error
  scene.object(20, 1, spot(0)).object(20, 1, spot(1)).detect(20, 1, spot(0), 0.9);
  scene.object(30, 1, spot(0)).detect(30, 1, spot(0), 0.2);  // below the threshold: missed
  scene.detect(30, 1, nowhere(0), 0.25).detect(30, 1, nowhere(1), 0.1);
  scene.object(40, 1, spot(0));  // as many errors as image 20, but nothing found
  const Mistakes mistakes = mistakes_of(scene);
  EXPECT_EQ(mistakes.images_with_errors, 3);
  ASSERT_EQ(mistakes.worst_images.size(), 3u);
  const ImageMistakes& worst = mistakes.worst_images[0];
  EXPECT_EQ(worst.image_id, 30);
  EXPECT_EQ(worst.errors(), 2);
  EXPECT_EQ(worst.true_positives, 0);
  ASSERT_EQ(worst.false_positives.size(), 1u);
  EXPECT_EQ(worst.false_positives[0].score, 0.25);
  ASSERT_EQ(worst.missed.size(), 1u);
  EXPECT_EQ(worst.missed[0].id, 4);
  EXPECT_EQ(mistakes.worst_images[1].image_id, 40);
  EXPECT_EQ(mistakes.worst_images[2].image_id, 20);
  EXPECT_EQ(mistakes.worst_images[2].f1, 2.0 / 3.0);
  EXPECT_EQ(mistakes.worst_images[2].objects, 2);
}

TEST(Mistakes, WorstImagesAreLimited) {
  Scene scene(3);
  for (const int64_t image : {10, 20, 30}) scene.object(image, 1, spot(0));
  MistakeOptions options;
  options.max_images = 2;
  const Mistakes mistakes = mistakes_of(scene, options);
  EXPECT_EQ(mistakes.images_with_errors, 3);
  ASSERT_EQ(mistakes.worst_images.size(), 2u);
  EXPECT_EQ(mistakes.worst_images[0].image_id, 10);  // ties: the lower id
}

TEST(Mistakes, LeaveCrowdsOut) {
  Scene scene;
  scene.object(10, 1, {0, 100, 500, 100}, true).detect(10, 1, {50, 120, 10, 10}, 0.99);
  const Mistakes mistakes = mistakes_of(scene);
  EXPECT_TRUE(mistakes.most_confident.empty());
  EXPECT_TRUE(mistakes.worst_images.empty());
}

TEST(Mistakes, OfClassAgnosticEvaluationAreNeverOfClass) {
  Scene scene(1, 2);
  scene.options.class_agnostic = true;
  scene.object(10, 1, spot(0)).detect(10, 2, part_of_spot(0, 0.4), 0.9);
  scene.detect(10, 2, spot(0), 0.8).detect(10, 1, spot(0), 0.7);
  const auto found = mistakes_of(scene).most_confident;
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].error, TideError::kLoc);
  EXPECT_EQ(found[1].error, TideError::kDupe);
}

TEST(Mistakes, RefuseOptionsThatCannotBe) {
  MistakeOptions options;
  options.score = std::nan("");
  EXPECT_THROW(mistakes_of(Scene(), options), Error);
  options = {};
  options.max_images = -1;
  EXPECT_THROW(mistakes_of(Scene(), options), Error);
}

}  // namespace
}  // namespace rn
