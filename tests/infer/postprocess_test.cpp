#include "infer/postprocess.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

namespace rn {
namespace {

constexpr double kLow = -20;  // a logit that is never a detection

/// A level of one row of cells with one anchor each.
struct Level {
  std::vector<std::vector<double>> logits;  // [R][K]
  std::vector<std::vector<double>> anchors;
  std::vector<std::vector<double>> deltas = {};  // zeros if empty
};

torch::Tensor matrix(const std::vector<std::vector<double>>& rows, int64_t columns) {
  auto result = torch::empty({static_cast<int64_t>(rows.size()), columns});
  for (size_t i = 0; i < rows.size(); ++i) {
    result[static_cast<int64_t>(i)] = torch::tensor(rows[i], torch::kFloat32);
  }
  return result;
}

/// [R, C] as a head writes it: [1, C, 1, R], channels-last.
torch::Tensor as_map(const torch::Tensor& rows) {
  return rows.t()
      .reshape({1, rows.size(1), 1, rows.size(0)})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

struct FakeNetwork {
  Predictions predictions;
  std::vector<torch::Tensor> anchors;

  explicit FakeNetwork(const std::vector<Level>& levels) {
    for (const Level& level : levels) {
      const auto k = static_cast<int64_t>(level.logits[0].size());
      anchors.push_back(matrix(level.anchors, 4));
      const auto deltas =
          level.deltas.empty() ? torch::zeros_like(anchors.back()) : matrix(level.deltas, 4);
      predictions.push_back({as_map(matrix(level.logits, k)), as_map(deltas)});
    }
  }

  Detections run(const PredictConfig& config = {}, const ImageSize& size = {100, 100},
                 ScoreActivation activation = ScoreActivation::kSigmoid) const {
    return postprocess(predictions, anchors, {size}, {size}, config, activation).at(0);
  }
};

void expect_boxes(const Detections& found, const std::vector<std::vector<double>>& boxes) {
  ASSERT_EQ(found.boxes.sizes(), (std::vector<int64_t>{static_cast<int64_t>(boxes.size()), 4}));
  const auto difference = (found.boxes - matrix(boxes, 4)).abs();
  EXPECT_TRUE(boxes.empty() || difference.max().item<double>() < 1e-4) << found.boxes;
}

std::vector<int64_t> labels_of(const Detections& found) {
  const auto* begin = found.labels.data_ptr<int64_t>();
  return {begin, begin + found.labels.numel()};
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(Postprocess, ZeroDeltasGiveTheAnchorsBestScoreFirst) {
  const FakeNetwork network({{{{kLow, 0}, {2, kLow}}, {{20, 20, 40, 30}, {0, 0, 10, 10}}}});
  const Detections found = network.run();
  expect_boxes(found, {{0, 0, 10, 10}, {20, 20, 40, 30}});
  EXPECT_EQ(labels_of(found), (std::vector<int64_t>{0, 1}));
  EXPECT_NEAR(found.scores[0].item<double>(), sigmoid(2), 1e-6);
  EXPECT_NEAR(found.scores[1].item<double>(), 0.5, 1e-6);
  EXPECT_EQ(found.boxes.scalar_type(), torch::kFloat32);
}

TEST(Postprocess, DecodesDeltas) {
  // Centre (15, 15) moves half a width to the right; the width doubles.
  const FakeNetwork network({{{{1}}, {{10, 10, 20, 20}}, {{0.5, 0, std::log(2.0), 0}}}});
  expect_boxes(network.run(), {{10, 10, 30, 20}});
}

TEST(Postprocess, ReadsMapsAsRowsOfCellsWithAnchorsInside) {
  constexpr int64_t kA = 2, kK = 3, kH = 2, kW = 4;
  const auto logits = torch::full({1, kA * kK, kH, kW}, kLow);
  logits[0][1 * kK + 2][1][3] = 3.0;  // anchor 1 of the cell in row 1, column 3; class 2
  const auto deltas = torch::zeros({1, kA * 4, kH, kW});
  deltas[0][1 * 4 + 1][1][3] = 0.5;  // its dy
  const auto anchors = torch::zeros({kH * kW * kA, 4});
  anchors[(1 * kW + 3) * kA + 1] = torch::tensor({30.0, 10.0, 40.0, 20.0});
  const auto found = postprocess({{logits, deltas}}, {anchors}, {{100, 100}}, {{100, 100}}, {});
  expect_boxes(found[0], {{30, 15, 40, 25}});
  EXPECT_EQ(labels_of(found[0]), std::vector<int64_t>{2});
}

// Whole, the boxes have IoU 80 / 120; what the picture's edge leaves of them 20 / 40.
TEST(Postprocess, ClippingBeforeTheNmsComparesWhatIsInside) {
  const FakeNetwork network({{{{3}, {2}}, {{-6, 0, 4, 10}, {-8, 0, 2, 10}}}});
  PredictConfig config;
  config.nms_threshold = 0.6;
  expect_boxes(network.run(config), {{0, 0, 4, 10}, {0, 0, 2, 10}});
  config.clip = ClipBoxes::kAfterNms;
  expect_boxes(network.run(config), {{0, 0, 4, 10}});  // IoU 8 / 12
}

TEST(Postprocess, EmptyBoxesAreDroppedUnlessTheyAreWanted) {
  const FakeNetwork network({{{{3}, {2}}, {{-20, 0, -10, 10}, {5, 5, 15, 15}}}});
  PredictConfig config;
  for (const auto clip : {ClipBoxes::kBeforeNms, ClipBoxes::kAfterNms}) {
    config.clip = clip;
    config.drop_empty = true;
    expect_boxes(network.run(config), {{5, 5, 15, 15}});
    config.drop_empty = false;
    expect_boxes(network.run(config), {{0, 0, 0, 10}, {5, 5, 15, 15}});
  }
  // detectron2 counts the empty box before it drops it.
  config.drop_empty = true;
  config.max_detections = 1;
  config.clip = ClipBoxes::kAfterNms;
  expect_boxes(network.run(config), {});
  config.clip = ClipBoxes::kBeforeNms;
  expect_boxes(network.run(config), {{5, 5, 15, 15}});
}

TEST(Postprocess, ScoreMustExceedTheThreshold) {
  const FakeNetwork network({{{{0}, {0.01}}, {{0, 0, 10, 10}, {20, 20, 30, 30}}}});
  PredictConfig config;
  config.score_threshold = 0.5;
  expect_boxes(network.run(config), {{20, 20, 30, 30}});
  config.score_threshold = 1;
  expect_boxes(network.run(config), {});
  config.score_threshold = 0;
  EXPECT_EQ(network.run(config).size(), 2);
}

TEST(Postprocess, BoundInBfloat16LosesNothing) {
  // -2.9375 is the bfloat16 next to logit(0.05) = -2.9444, and its score is above 0.05.
  FakeNetwork network({{{{-2.9375}}, {{0, 0, 10, 10}}}});
  for (auto& level : network.predictions) {
    level.logits = level.logits.to(torch::kBFloat16);
    level.deltas = level.deltas.to(torch::kBFloat16);
  }
  const Detections found = network.run();
  expect_boxes(found, {{0, 0, 10, 10}});
  EXPECT_EQ(found.scores.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(found.scores[0].item<double>(), sigmoid(-2.9375), 1e-6);
}

TEST(Postprocess, TopKHoldsForEachLevel) {
  const FakeNetwork network({{{{1}, {2}}, {{0, 0, 10, 10}, {20, 0, 30, 10}}},
                             {{{-1}, {-2}}, {{40, 0, 50, 10}, {60, 0, 70, 10}}}});
  PredictConfig config;
  config.top_k = 1;
  expect_boxes(network.run(config), {{20, 0, 30, 10}, {40, 0, 50, 10}});
}

TEST(Postprocess, EqualScoresGoByIndex) {
  Level level;
  for (int i = 0; i < 9; ++i) {
    level.logits.push_back({i == 6 ? 2.0 : 1.0});
    level.anchors.push_back({10.0 * i, 0, 10.0 * i + 8, 8});
  }
  PredictConfig config;
  config.top_k = 3;
  expect_boxes(FakeNetwork({level}).run(config), {{60, 0, 68, 8}, {0, 0, 8, 8}, {10, 0, 18, 8}});
}

TEST(Postprocess, SaturatedScoresKeepTheOrderOfTheLogits) {
  const FakeNetwork network({{{{40}, {50}}, {{0, 0, 10, 10}, {20, 0, 30, 10}}}});
  expect_boxes(network.run(), {{20, 0, 30, 10}, {0, 0, 10, 10}});
}

TEST(Postprocess, ClipsBeforeNms) {
  // IoU 1/6 before clipping to a width of 10, 1 after.
  const FakeNetwork network({{{{2}, {1}}, {{-30, 0, 10, 10}, {0, 0, 30, 10}}}});
  expect_boxes(network.run({}, {10, 10}), {{0, 0, 10, 10}});
}

TEST(Postprocess, DropsWhatClippingLeavesEmpty) {
  const FakeNetwork network({{{{2}, {1}}, {{20, 0, 30, 10}, {0, 0, 5, 5}}}});
  expect_boxes(network.run({}, {10, 10}), {{0, 0, 5, 5}});
}

TEST(Postprocess, NmsIsPerClass) {
  // Two classes on one anchor, and a neighbour with IoU 0.9 in class 0.
  const FakeNetwork network({{{{3, 2}, {1, kLow}}, {{0, 0, 10, 10}, {0, 0, 10, 9}}}});
  const Detections found = network.run();
  expect_boxes(found, {{0, 0, 10, 10}, {0, 0, 10, 10}});
  EXPECT_EQ(labels_of(found), (std::vector<int64_t>{0, 1}));
}

TEST(Postprocess, NmsSpansLevels) {
  const FakeNetwork network({{{{1}}, {{0, 0, 10, 10}}}, {{{2}}, {{0, 0, 10, 9}}}});
  expect_boxes(network.run(), {{0, 0, 10, 9}});
}

TEST(Postprocess, KeepsTheBestWithinTheLimit) {
  Level level;
  for (int i = 0; i < 500; ++i) {
    level.logits.push_back({i / 100.0});
    level.anchors.push_back({2.0 * i, 0, 2.0 * i + 2, 2});
  }
  PredictConfig config;
  config.max_detections = 2;
  const Detections found = FakeNetwork({level}).run(config, {10, 2000});
  expect_boxes(found, {{998, 0, 1000, 2}, {996, 0, 998, 2}});
  config.max_detections = 1000;
  EXPECT_EQ(FakeNetwork({level}).run(config, {10, 2000}).size(), 500);
}

TEST(Postprocess, MapsBackToTheOriginalFrame) {
  const FakeNetwork network({{{{1}}, {{10, 20, 50, 90}}}});
  const auto found =
      postprocess(network.predictions, network.anchors, {{100, 50}}, {{200, 200}}, {});
  expect_boxes(found[0], {{40, 40, 200, 180}});
}

TEST(Postprocess, EachImageHasItsOwnSizes) {
  const FakeNetwork one({{{{1}}, {{0, 0, 40, 40}}}});
  const Predictions two = {{torch::cat({one.predictions[0].logits, one.predictions[0].logits - 30}),
                            torch::cat({one.predictions[0].deltas, one.predictions[0].deltas})}};
  const std::vector<ImageSize> sizes = {{20, 30}, {40, 40}};
  const auto found = postprocess(two, one.anchors, sizes, sizes, {});
  ASSERT_EQ(found.size(), 2U);
  expect_boxes(found[0], {{0, 0, 30, 20}});
  expect_boxes(found[1], {});
}

TEST(Postprocess, NothingFoundGivesEmptyTensors) {
  const Detections found = FakeNetwork({{{{kLow, kLow}}, {{0, 0, 10, 10}}}}).run();
  EXPECT_EQ(found.size(), 0);
  EXPECT_EQ(found.boxes.sizes(), (std::vector<int64_t>{0, 4}));
  EXPECT_EQ(found.labels.scalar_type(), torch::kInt64);
}

TEST(Postprocess, NumbersThatAreNoneAreDropped) {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  const FakeNetwork network({{{{nan}, {1}, {infinity}, {2}},
                              {{0, 0, 10, 10}, {0, 0, 10, 10}, {20, 0, 30, 10}, {40, 0, 50, 10}},
                              {{0, 0, 0, 0}, {nan, 0, 0, 0}, {0, 0, 0, 0}, {infinity, 0, 0, 0}}}});
  const Detections found = network.run();
  expect_boxes(found, {{20, 0, 30, 10}});
  EXPECT_EQ(found.scores[0].item<double>(), 1);
}

TEST(Postprocess, SoftmaxCountsTheBackground) {
  // Two classes: the background's logit is log 2, so logits (log 2, -inf) score 2 / (2 + 2).
  const FakeNetwork network({{{{std::log(2.0), -1e4}, {std::log(2.0), std::log(4.0)}},
                              {{0, 0, 10, 10}, {20, 0, 30, 10}}}});
  PredictConfig config;
  config.score_threshold = 0.3;
  const Detections found = network.run(config, {100, 100}, ScoreActivation::kSoftmax);
  // The second anchor: 2, 4 and 2 of 8.
  expect_boxes(found, {{0, 0, 10, 10}, {20, 0, 30, 10}});
  EXPECT_EQ(labels_of(found), (std::vector<int64_t>{0, 1}));
  EXPECT_NEAR(found.scores[0].item<double>(), 0.5, 1e-6);
  EXPECT_NEAR(found.scores[1].item<double>(), 0.5, 1e-6);
}

}  // namespace
}  // namespace rn
