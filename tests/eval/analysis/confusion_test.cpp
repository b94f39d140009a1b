#include "eval/analysis/confusion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "eval/analysis/scene.h"
#include "eval/matching.h"

namespace rn {
namespace {

constexpr int64_t kFirst = 0, kSecond = 1, kBackground = 2;

using Counts = std::vector<int64_t>;

/// [K + 1, K + 1]: true class, predicted class.
Counts counts_of(const ConfusionMatrix& matrix) {
  Counts counts;
  for (int64_t t = 0; t <= matrix.classes; ++t) {
    for (int64_t p = 0; p <= matrix.classes; ++p) counts.push_back(matrix.at(t, p));
  }
  return counts;
}

Counts counts_of(const Scene& scene, const ConfusionOptions& options = {}) {
  return counts_of(make_confusion_matrix(scene.ground_truth(), scene.detections, options));
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
  EXPECT_EQ(counts_of(matrix), (Counts{1, 1, 0, 0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(matrix.cells, (std::vector<ConfusionCell>{{kFirst, kFirst, 1},
                                                      {kFirst, kSecond, 1},
                                                      {kSecond, kBackground, 1},
                                                      {kBackground, kFirst, 1}}));
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

/// One image, all boxes within 4 pixels of each other: nearly all detections overlap nearly all
/// objects.
Scene crowded_scene(int64_t objects, int64_t detections) {
  Scene scene(1, 3);
  const auto box = [](int64_t i) {
    return Box{static_cast<double>(i * 7 % 5), static_cast<double>(i * 11 % 4), 20, 20};
  };
  for (int64_t i = 0; i < objects; ++i) scene.object(10, 1 + i % 3, box(i));
  for (int64_t i = 0; i < detections; ++i) {
    scene.detect(10, 1 + i * 5 % 3, box(i * 3 + 1), 0.3 + 0.1 * static_cast<double>(i * 13 % 6));
  }
  return scene;
}

/// The rule as it stands: all pairs, sorted.
Counts counts_of_all_pairs(const Scene& scene) {
  std::vector<std::tuple<double, double, size_t, size_t>> pairs;  // -IoU, -score, indices
  const auto& objects = scene.file.annotations;
  for (size_t d = 0; d < scene.detections.size(); ++d) {
    for (size_t g = 0; g < objects.size(); ++g) {
      const double iou = coco_iou(scene.detections[d].bbox, *objects[g].bbox, false);
      if (iou >= 0.5) pairs.emplace_back(-iou, -scene.detections[d].score, d, g);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  const size_t rows = scene.file.categories.size() + 1;
  Counts counts(rows * rows);
  std::set<size_t> detections, taken;
  for (const auto& [iou, score, d, g] : pairs) {
    if (detections.contains(d) || taken.contains(g)) continue;
    detections.insert(d);
    taken.insert(g);
    ++counts[(objects[g].category_id - 1) * rows + scene.detections[d].category_id - 1];
  }
  for (size_t g = 0; g < objects.size(); ++g) {
    if (!taken.contains(g)) ++counts[(objects[g].category_id - 1) * rows + rows - 1];
  }
  for (size_t d = 0; d < scene.detections.size(); ++d) {
    if (!detections.contains(d)) {
      ++counts[(rows - 1) * rows + scene.detections[d].category_id - 1];
    }
  }
  return counts;
}

TEST(ConfusionMatrix, IsTheSameHoweverFewPairsAreHeldAtOnce) {
  for (const auto& [objects, detections] : {std::pair(12, 40), {40, 12}, {25, 25}}) {
    const Scene scene = crowded_scene(objects, detections);
    const Counts expected = counts_of_all_pairs(scene);
    EXPECT_GE(std::count_if(expected.begin(), expected.end(), [](int64_t n) { return n > 0; }), 6);
    for (const size_t at_once : {1, 2, 3, 7, 50, 100'000}) {
      EXPECT_EQ(counts_of(scene, {0.5, 0.25, at_once}), expected) << at_once;
    }
  }
}

TEST(ConfusionMatrix, OfManyClassesTakesNoRoomForWhatNeverHappened) {
  Scene scene(1, 200'000);  // a matrix of 320 GB
  scene.object(10, 7, spot(0)).detect(10, 200'000, spot(0), 0.9);
  const auto matrix = make_confusion_matrix(scene.ground_truth(), scene.detections);
  EXPECT_EQ(matrix.cells, (std::vector<ConfusionCell>{{6, 199'999, 1}}));
  EXPECT_EQ(matrix.at(6, 199'999), 1);
  EXPECT_EQ(matrix.at(199'999, 6), 0);
}

TEST(ConfusionMatrix, RefusesThresholdsThatCannotBe) {
  const Scene scene(1, 2);
  EXPECT_THROW(counts_of(scene, {0, 0.25}), Error);
  EXPECT_THROW(counts_of(scene, {1.5, 0.25}), Error);
  EXPECT_THROW(counts_of(scene, {std::nan(""), 0.25}), Error);
  EXPECT_THROW(counts_of(scene, {0.5, std::nan("")}), Error);
  EXPECT_THROW(counts_of(scene, {0.5, 0.25, 0}), Error);
}

}  // namespace
}  // namespace rn
