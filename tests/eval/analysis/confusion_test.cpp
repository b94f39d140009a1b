#include "eval/analysis/confusion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "eval/analysis/scene.h"

namespace rn {
namespace {

constexpr int64_t kFirst = 0, kSecond = 1, kBackground = 2;

using Counts = std::vector<int64_t>;

Counts counts_of(const Scene& scene, const ConfusionOptions& options = {}) {
  return make_confusion_matrix(scene.ground_truth(), scene.detections, options).counts;
}

TEST(ConfusionMatrix, HasTheTrueClassInRows) {
  Scene scene(1, 2);
  scene.object(10, 1, spot(0)).object(10, 2, spot(1)).object(10, 1, spot(2));
  scene.detect(10, 2, spot(0), 0.9);    // the first class taken for the second
  scene.detect(10, 1, nowhere(), 0.8);  // background taken for the first
  scene.detect(10, 1, spot(2), 0.7);
  const auto matrix = make_confusion_matrix(scene.ground_truth(), scene.detections);
  EXPECT_EQ(matrix.classes, 2);
  EXPECT_EQ(matrix.at(kFirst, kSecond), 1);
  EXPECT_EQ(matrix.at(kBackground, kFirst), 1);
  EXPECT_EQ(matrix.at(kFirst, kFirst), 1);
  EXPECT_EQ(matrix.at(kSecond, kBackground), 1);
  EXPECT_EQ(matrix.counts, (Counts{1, 1, 0, 0, 0, 1, 1, 0, 0}));
}

TEST(ConfusionMatrix, LeavesOutLowAndMissingScores) {
  Scene scene(1, 2);
  scene.object(10, 1, spot(0)).detect(10, 1, spot(0), 0.2499).detect(10, 1, spot(0), std::nan(""));
  EXPECT_EQ(counts_of(scene), (Counts{0, 0, 1, 0, 0, 0, 0, 0, 0}));
  scene.detect(10, 1, spot(0), 0.25);
  EXPECT_EQ(counts_of(scene), (Counts{1, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(ConfusionMatrix, TakesTheLargestOverlapFirstWhateverTheScores) {
  Scene scene(1, 2);
  scene.object(10, 1, spot(0));
  scene.detect(10, 1, part_of_spot(0, 0.6), 0.9).detect(10, 2, part_of_spot(0, 0.9), 0.3);
  EXPECT_EQ(counts_of(scene), (Counts{0, 1, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(ConfusionMatrix, OfEqualOverlapsTakesTheHigherScoreThenTheEarlier) {
  Scene scene(1, 2);
  scene.object(10, 1, spot(0)).detect(10, 1, spot(0), 0.5).detect(10, 2, spot(0), 0.6);
  EXPECT_EQ(counts_of(scene), (Counts{0, 1, 0, 0, 0, 0, 1, 0, 0}));
  scene.detections[0].score = 0.6;
  EXPECT_EQ(counts_of(scene), (Counts{1, 0, 0, 0, 0, 0, 0, 1, 0}));
}

TEST(ConfusionMatrix, PairsSecondChoices) {
  // The second detection takes the first object (IoU 1); the first one's IoU is 9/11 with that and
  // 7/13 with the other object, which it then gets.
  Scene scene(1, 2);
  scene.object(10, 1, {0, 0, 10, 10}).object(10, 2, {4, 0, 10, 10});
  scene.detect(10, 1, {1, 0, 10, 10}, 0.9).detect(10, 1, {0, 0, 10, 10}, 0.5);
  EXPECT_EQ(counts_of(scene), (Counts{1, 0, 0, 1, 0, 0, 0, 0, 0}));
}

TEST(ConfusionMatrix, TakesAnOverlapOfExactlyTheThreshold) {
  Scene scene(1, 2);
  scene.object(10, 1, spot(0)).detect(10, 1, part_of_spot(0, 0.5), 0.9);
  EXPECT_EQ(counts_of(scene), (Counts{1, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(counts_of(scene, {0.51, 0.25}), (Counts{0, 0, 1, 0, 0, 0, 1, 0, 0}));
}

TEST(ConfusionMatrix, LeavesOutWhatOverlapsACrowdOnly) {
  Scene scene(1, 2);
  scene.object(10, 1, {0, 0, 200, 100}, true).object(10, 1, spot(1));
  scene.detect(10, 2, spot(5), 0.9);  // in the crowd, if of another class
  scene.detect(10, 1, spot(1), 0.9);  // in the crowd, but it has an object
  EXPECT_EQ(counts_of(scene), (Counts{1, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(ConfusionMatrix, KeepsImagesApart) {
  Scene scene(2, 2);
  scene.object(10, 1, spot(0)).detect(20, 1, spot(0), 0.9);
  EXPECT_EQ(counts_of(scene), (Counts{0, 0, 1, 0, 0, 0, 1, 0, 0}));
}

TEST(ConfusionMatrix, RefusesThresholdsThatCannotBe) {
  const Scene scene(1, 2);
  EXPECT_THROW(counts_of(scene, {0, 0.25}), Error);
  EXPECT_THROW(counts_of(scene, {1.5, 0.25}), Error);
  EXPECT_THROW(counts_of(scene, {std::nan(""), 0.25}), Error);
  EXPECT_THROW(counts_of(scene, {0.5, std::nan("")}), Error);
}

}  // namespace
}  // namespace rn
