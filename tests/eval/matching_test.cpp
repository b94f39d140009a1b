#include "eval/matching.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "eval/special_values.h"

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;
using Box = std::array<double, 4>;

constexpr uint16_t kAll = 0x3ff;  // the ten IoU thresholds

Object object(int64_t id, const Box& box, bool crowd = false) {
  Object made;
  made.id = id;
  made.bbox = box;
  made.area = box[2] * box[3];
  made.crowd = crowd;
  return made;
}

EvalDetection detection(const Box& box, double score) {
  EvalDetection made;
  made.bbox = box;
  made.area = box[2] * box[3];
  made.score = score;
  return made;
}

std::vector<MatchOutcome> match(const std::vector<Object>& objects,
                                const std::vector<EvalDetection>& detections) {
  std::vector<MatchOutcome> outcomes;
  match_image(objects, detections, outcomes);
  return outcomes;
}

TEST(CocoIou, DividesTheIntersectionByTheUnion) {
  EXPECT_EQ(coco_iou({0, 0, 10, 10}, {5, 0, 10, 10}, false), 50.0 / 150.0);
  EXPECT_EQ(coco_iou({0, 0, 10, 10}, {0, 0, 10, 10}, false), 1);
}

TEST(CocoIou, DividesByTheDetectionOverACrowd) {
  EXPECT_EQ(coco_iou({0, 0, 10, 10}, {5, 0, 100, 100}, true), 0.5);
}

TEST(CocoIou, IsZeroForBoxesThatOnlyTouchAndForEmptyOnes) {
  EXPECT_EQ(coco_iou({0, 0, 10, 10}, {10, 0, 10, 10}, false), 0);
  EXPECT_EQ(coco_iou({0, 0, 0, 0}, {0, 0, 0, 0}, false), 0);
  EXPECT_EQ(coco_iou({5, 5, -5, -5}, {0, 0, 10, 10}, false), 0);
}

TEST(CocoIou, CountsOnePixelBoxesWithoutAddingOne) {
  EXPECT_EQ(coco_iou({3, 3, 1, 1}, {3, 3, 1, 2}, false), 0.5);
}

TEST(RanksBefore, PutsNanLast) {
  EXPECT_TRUE(ranks_before(0.9, 0.1));
  EXPECT_FALSE(ranks_before(0.5, 0.5));
  EXPECT_TRUE(ranks_before(-std::numeric_limits<double>::infinity(), kNan));
  EXPECT_FALSE(ranks_before(kNan, 0.1));
  EXPECT_FALSE(ranks_before(kNan, kNan));
}

TEST(MatchImage, CountsADetectionUpToTheThresholdOfItsIou) {
  // IoU 8/10 = 0.8 exactly as the threshold .8 has it: matched at .5 ... .8, seven thresholds.
  const auto outcomes = match({object(1, {0, 0, 10, 1})}, {detection({0, 0, 8, 1}, 0.9)});
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].true_positive[0], 0x7f);
  EXPECT_EQ(outcomes[0].false_positive[0], kAll & ~0x7f);
}

TEST(MatchImage, GivesAnObjectToOneDetectionOnly) {
  const auto outcomes = match({object(1, {0, 0, 10, 10})},
                              {detection({0, 0, 10, 10}, 0.9), detection({0, 0, 10, 10}, 0.8)});
  EXPECT_EQ(outcomes[0].true_positive[0], kAll);
  EXPECT_EQ(outcomes[1].true_positive[0], 0);
  EXPECT_EQ(outcomes[1].false_positive[0], kAll);
  EXPECT_EQ(outcomes[1].rank, 1);
}

TEST(MatchImage, LetsACrowdTakeAnyNumber) {
  const auto outcomes = match({object(1, {0, 0, 100, 100}, true)},
                              {detection({0, 0, 10, 10}, 0.9), detection({5, 5, 10, 10}, 0.8)});
  for (const MatchOutcome& outcome : outcomes) {
    EXPECT_EQ(outcome.true_positive[0], 0);
    EXPECT_EQ(outcome.false_positive[0], 0);
  }
}

TEST(MatchImage, PrefersAnObjectThatCountsToABetterCrowd) {
  // IoU with the crowd is 1, with the object 60/100: it must take the object up to threshold .6.
  const auto outcomes = match({object(1, {0, 0, 50, 50}, true), object(2, {0, 0, 10, 10})},
                              {detection({0, 0, 10, 6}, 0.9)});
  EXPECT_EQ(outcomes[0].true_positive[0], 0x7);
  EXPECT_EQ(outcomes[0].false_positive[0], 0);  // above .6 it goes to the crowd
}

TEST(MatchImage, TakesTheLaterOfEquallyGoodObjects) {
  // The second detection fits the first object only: it is a true positive because the first
  // detection, which overlaps both equally, took the second object.
  const auto outcomes = match({object(1, {0, 0, 10, 10}), object(2, {2, 0, 10, 10})},
                              {detection({1, 0, 10, 10}, 0.9), detection({0, 0, 10, 10}, 0.8)});
  EXPECT_EQ(outcomes[0].true_positive[0] & 1, 1);
  EXPECT_EQ(outcomes[1].true_positive[0], kAll);
}

TEST(MatchImage, GivesUpAnObjectOfIouNanForAnyLaterOne) {
  // Infinity over infinity: nothing is less than NaN, so the far object, whose IoU is 0, follows.
  const double inf = std::numeric_limits<double>::infinity();
  std::vector<Object> objects = {object(1, {0, 0, inf, 10}), object(2, {500, 500, 10, 10})};
  objects[0].area = 100;  // as its file says, so that it counts
  objects[1].index = 1;
  ASSERT_TRUE(std::isnan(coco_iou({0, 0, inf, 10}, objects[0].bbox, false)));
  const auto outcomes = match(objects, {detection({0, 0, inf, 10}, 0.9)});
  EXPECT_EQ(outcomes[0].object, 1);
  // An object before it stays free of that.
  std::swap(objects[0], objects[1]);
  EXPECT_EQ(match(objects, {detection({0, 0, inf, 10}, 0.9)})[0].object, 0);
}

TEST(MatchImage, TreatsAnObjectWithIdZeroAsNotMatched) {
  const auto outcomes = match({object(0, {0, 0, 10, 10})}, {detection({0, 0, 10, 10}, 0.9)});
  EXPECT_EQ(outcomes[0].true_positive[0], 0);
  EXPECT_EQ(outcomes[0].false_positive[0], kAll);
}

TEST(MatchImage, IgnoresUnmatchedDetectionsOutsideTheAreaRange) {
  const auto outcomes = match({}, {detection({0, 0, 40, 40}, 0.9)});  // 1600: medium
  EXPECT_EQ(outcomes[0].false_positive, (std::array<uint16_t, 4>{kAll, 0, kAll, 0}));
}

TEST(MatchImage, KeepsAMatchWhateverTheDetectionsArea) {
  // The object is small (1024, on the edge: medium as well), the detection medium (1056).
  const auto outcomes = match({object(1, {0, 0, 32, 32})}, {detection({0, 0, 32, 33}, 0.9)});
  EXPECT_EQ(outcomes[0].true_positive[1] & 1, 1);
  EXPECT_EQ(outcomes[0].true_positive[2] & 1, 1);
  EXPECT_EQ(outcomes[0].true_positive[3], 0);
  EXPECT_EQ(outcomes[0].false_positive[3], 0);
}

TEST(MatchImage, HandlesFiveHundredObjects) {
  std::vector<Object> objects;
  std::vector<EvalDetection> detections;
  for (int i = 0; i < 500; ++i) {
    objects.push_back(object(i + 1, {20.0 * i, 0, 10, 10}));
    detections.push_back(detection({20.0 * i, 0, 10, 10}, 1.0 - i * 1e-3));
  }
  for (const MatchOutcome& outcome : match(objects, detections)) {
    EXPECT_EQ(outcome.true_positive[0], kAll);
  }
}

}  // namespace
}  // namespace rn
