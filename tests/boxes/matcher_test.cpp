#include "boxes/matcher.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "boxes/anchors.h"
#include "boxes/boxes.h"
#include "core/error.h"

namespace rn {
namespace {

torch::Tensor boxes_of(std::vector<double> values, torch::Dtype dtype = torch::kFloat32) {
  return torch::tensor(values, torch::kFloat64).view({-1, 4}).to(dtype);
}

GroundTruth truth(torch::Tensor boxes, torch::Tensor crowds = torch::zeros({0, 4})) {
  const auto count = boxes.size(0);
  return {std::move(boxes), torch::zeros({count}, torch::kInt64), std::move(crowds)};
}

std::vector<int64_t> listed(const torch::Tensor& idxs) {
  return {idxs.data_ptr<int64_t>(), idxs.data_ptr<int64_t>() + idxs.numel()};
}

/// The rule, straight from its definition, with the whole matrix.
torch::Tensor reference(const torch::Tensor& anchors, const GroundTruth& target,
                        const MatcherConfig& config) {
  auto matched = torch::full({anchors.size(0)}, kBackground, torch::kInt64);
  if (target.boxes.size(0) > 0) {
    const auto iou = box_iou(target.boxes, anchors);  // [M, R]
    const auto [best, own] = iou.max(0);
    matched = own.clone();
    matched.masked_fill_(best < config.positive_iou, kIgnore);
    matched.masked_fill_(best < config.negative_iou, kBackground);
    if (config.low_quality) {
      const auto best_of_object = std::get<0>(iou.max(1, true));
      const auto low = ((iou == best_of_object) & (best_of_object > 0)).any(0);
      matched = torch::where(low, own, matched);
    }
  }
  if (config.ignore_crowds && target.crowds.size(0) > 0) {
    const auto low = torch::max(target.crowds.unsqueeze(1).slice(2, 0, 2), anchors.slice(1, 0, 2));
    const auto high = torch::min(target.crowds.unsqueeze(1).slice(2, 2), anchors.slice(1, 2));
    const auto share = (high - low).clamp_min(0).prod(2);
    const auto covered = (share >= config.crowd_overlap * box_area(anchors)).any(0);
    matched = torch::where(covered & (matched == kBackground), torch::full({}, kIgnore), matched);
  }
  return matched;
}

TEST(Matcher, LabelsIgnoreBandBetweenThresholds) {
  // Of one 10 x 10 object, anchors that cover it by 1.0, 0.5, 0.45, 0.4, 0.39.
  const auto anchors = boxes_of(
      {0, 0, 10, 10, 0, 0, 10, 5, 0, 0, 10, 4.5, 0, 0, 10, 4, 0, 0, 10, 3.9}, torch::kFloat64);
  const auto target = truth(boxes_of({0, 0, 10, 10}, torch::kFloat64));
  EXPECT_EQ(listed(Matcher()(anchors, target)),
            (std::vector<int64_t>{0, 0, kIgnore, kIgnore, kBackground}));
}

TEST(Matcher, BestAnchorOfAnObjectIsPositiveWhateverTheIou) {
  const auto anchors = boxes_of({0, 0, 10, 10, 20, 0, 30, 10, 40, 0, 50, 10});
  const auto target = truth(boxes_of({0, 0, 2, 2, 41, 1, 42, 2}));
  EXPECT_EQ(listed(Matcher()(anchors, target)), (std::vector<int64_t>{0, kBackground, 1}));
  EXPECT_EQ(listed(Matcher({.low_quality = false})(anchors, target)),
            (std::vector<int64_t>{kBackground, kBackground, kBackground}));
}

TEST(Matcher, LowQualityAnchorKeepsItsOwnBestObject) {
  // The one anchor is the best of both objects; object 1 overlaps it more.
  const auto target = truth(boxes_of({0, 0, 2, 2, 0, 0, 4, 4}));
  EXPECT_EQ(listed(Matcher()(boxes_of({0, 0, 10, 10}), target)), (std::vector<int64_t>{1}));
}

TEST(Matcher, EquallyGoodAnchorsAreAllPositiveAndTheFirstOfEqualObjectsWins) {
  const auto anchors = boxes_of({0, 0, 10, 10, 2, 2, 12, 12, 30, 30, 40, 40});
  const auto target = truth(boxes_of({5, 5, 6, 6, 5, 5, 6, 6}));
  EXPECT_EQ(listed(Matcher()(anchors, target)), (std::vector<int64_t>{0, 0, kBackground}));
}

TEST(Matcher, ObjectThatOverlapsNoAnchorMakesNothingPositive) {
  const auto anchors = boxes_of({0, 0, 10, 10, 20, 0, 30, 10});
  for (const auto& box : {std::vector<double>{100, 100, 110, 110},
                          {10, 0, 20, 10},
                          {5, 5, 5, 9},
                          {NAN, 0, 5, 5},
                          {8, 8, 2, 2},
                          {0, 0, INFINITY, 5}}) {
    EXPECT_EQ(listed(Matcher()(anchors, truth(boxes_of(box)))),
              (std::vector<int64_t>{kBackground, kBackground}));
  }
}

TEST(Matcher, ImageWithoutObjectsIsAllBackground) {
  const auto anchors = boxes_of({0, 0, 10, 10, 20, 0, 30, 10});
  EXPECT_EQ(listed(Matcher()(anchors, truth(torch::zeros({0, 4})))),
            (std::vector<int64_t>{kBackground, kBackground}));
  EXPECT_EQ(Matcher()(torch::zeros({0, 4}), truth(boxes_of({0, 0, 1, 1}))).numel(), 0);
}

TEST(Matcher, BackgroundInsideACrowdIsIgnoredButPositivesStay) {
  const auto anchors = boxes_of({0, 0, 10, 10, 20, 0, 30, 10, 34, 0, 44, 10, 36, 0, 46, 10});
  const auto target = truth(boxes_of({0, 0, 10, 10}), boxes_of({0, 0, 40, 40}));
  // The third lies in the crowd by 0.6, the fourth by 0.4.
  EXPECT_EQ(listed(Matcher()(anchors, target)),
            (std::vector<int64_t>{0, kIgnore, kIgnore, kBackground}));
  EXPECT_EQ(listed(Matcher({.ignore_crowds = false})(anchors, target)),
            (std::vector<int64_t>{0, kBackground, kBackground, kBackground}));
}

TEST(Matcher, EqualsTheDefinitionOnRandomScenes) {
  torch::manual_seed(2);
  const auto levels =
      AnchorGenerator(AnchorConfig{})({{24, 32}, {12, 16}, {6, 8}, {3, 4}, {2, 2}}, {});
  const auto anchors = torch::cat(levels);
  for (const int64_t count : {1, 3, 40, 500}) {
    const auto low = torch::rand({count, 2}) * 240 - 20;
    const auto boxes = torch::cat({low, low + torch::rand({count, 2}).pow(3) * 200 + 0.5}, 1);
    const auto target = truth(boxes.slice(0, 1), boxes.slice(0, 0, 1));
    for (const bool low_quality : {true, false}) {
      const MatcherConfig config{.low_quality = low_quality};
      const auto found = Matcher(config)(anchors, target);
      const auto expected = reference(anchors, target, config);
      EXPECT_EQ((found != expected).sum().item<int64_t>(), 0) << count << " objects";
      const auto in_double =
          Matcher(config)(anchors.to(torch::kFloat64), truth(boxes.to(torch::kFloat64)));
      EXPECT_EQ(in_double.size(0), anchors.size(0));
    }
  }
}

long peak_memory_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// 500 x 201,600 IoUs would be 403 MB.
TEST(Matcher, HoldsNoMatrixOfObjectsAndAnchors) {
  torch::manual_seed(2);
  const auto anchors = torch::cat(AnchorGenerator(AnchorConfig{})(
      {{100, 168}, {50, 84}, {25, 42}, {13, 21}, {7, 11}}, {800, 1344}));
  const auto low = torch::rand({500, 2}) * 700;
  const auto target = truth(torch::cat({low, low + 10 + torch::rand({500, 2}) * 300}, 1));
  const long before = peak_memory_kib();
  const auto matched = Matcher()(anchors, target);
  EXPECT_LT(peak_memory_kib() - before, 50 * 1024);
  EXPECT_GT((matched >= 0).sum().item<int64_t>(), 500);
}

TEST(Matcher, ThresholdsInTheWrongOrderAreAnErrorThatNamesTheKeys) {
  try {
    Matcher matcher({.positive_iou = 0.3, .negative_iou = 0.4});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "loss.matcher.negative_iou: found 0.4, expected at most loss.matcher.positive_iou = 0.3");
  }
}

}  // namespace
}  // namespace rn
