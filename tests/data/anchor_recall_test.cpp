#include "data/anchor_recall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"

namespace rn {
namespace {

/// One picture of 512 x 512 with these boxes, as x, y, width, height.
Dataset set_of(const std::vector<std::array<double, 4>>& boxes) {
  CocoFile file;
  file.images = {{1, "a.png", 512, 512}};
  file.categories = {{1, "cell"}};
  for (const auto& box : boxes) {
    file.annotations.push_back(
        {static_cast<int64_t>(file.annotations.size()) + 1, 1, 1, box, {}, {}});
  }
  return Dataset(file, "pictures", "gt.json");
}

PreprocessConfig resized_to(int64_t side) {
  PreprocessConfig config;
  config.short_side = config.long_side = side;
  return config;
}

/// Squares of 32 and 64 pixels and nothing else.
AnchorConfig two_squares() {
  AnchorConfig anchors;
  anchors.sizes = {32, 64};
  anchors.scales = anchors.aspect_ratios = {1};
  return anchors;
}

TEST(AnchorRecall, CountsTheObjectsThatReachTheThreshold) {
  // The centres lie on cells of both levels (multiples of 16), so a side s has IoU (s / 32)^2 below
  // 32, (32 / s)^2 or (s / 64)^2 between and (64 / s)^2 above.
  const auto centred = [](double side) {
    return std::array<double, 4>{160 - side / 2, 160 - side / 2, side, side};
  };
  const Dataset set = set_of(
      {centred(22), centred(23), centred(32), centred(45), centred(90), centred(91), centred(100)});
  const AnchorConfig anchors = two_squares();
  const auto objects = objects_on_grid(set, resized_to(512), {}, anchors);
  const AnchorRecall recall = anchor_recall(objects, anchors, 0.5);
  EXPECT_EQ(recall.sizes[0].objects, 3);  // 22, 23, 32
  EXPECT_EQ(recall.sizes[0].reached, 2);  // (22 / 32)^2 = 0.473, (23 / 32)^2 = 0.517
  EXPECT_EQ(recall.sizes[1].objects, 3);  // 45, 90, 91
  EXPECT_EQ(recall.sizes[1].reached, 2);  // (64 / 90)^2 = 0.506, (64 / 91)^2 = 0.495
  EXPECT_EQ(recall.sizes[2].objects, 1);
  EXPECT_EQ(recall.sizes[2].reached, 0);
  EXPECT_EQ(recall.all().objects, 7);
  EXPECT_DOUBLE_EQ(recall.all().recall(), 4.0 / 7);
  EXPECT_EQ(anchor_recall(objects, anchors, 0.495).all().reached, 4);
  EXPECT_EQ(anchor_recall(objects, anchors, 0.47).all().reached, 6);
}

TEST(AnchorRecall, SeesTheObjectsAsTheNetworkDoes) {
  const Dataset set = set_of({{128, 128, 64, 64}});
  const AnchorConfig anchors = two_squares();
  const auto objects = objects_on_grid(set, resized_to(256), {}, anchors);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_DOUBLE_EQ(objects[0].width, 32);
  EXPECT_EQ(anchor_recall(objects, anchors, 0.99).sizes[0].reached, 1);
}

TEST(AnchorRecall, GivesTheScalesOfTrainingToTheImagesInTurn) {
  CocoFile file;
  file.categories = {{1, "cell"}};
  for (int64_t id = 1; id <= 3; ++id) {
    file.images.push_back({id, "a.png", 512, 512});
    file.annotations.push_back({id, id, 1, std::array<double, 4>{128, 128, 64, 64}, {}, {}});
  }
  const Dataset set(file, "pictures", "gt.json");
  std::vector<double> widths;
  for (const auto& object : objects_on_grid(set, resized_to(512), {256, 128}, two_squares())) {
    widths.push_back(object.width);
  }
  EXPECT_THAT(widths, testing::ElementsAre(32, 16, 32));
}

TEST(AnchorRecall, LeavesCrowdsOut) {
  CocoFile file;
  file.images = {{1, "a.png", 512, 512}};
  file.categories = {{1, "cell"}};
  file.annotations = {{1, 1, 1, std::array<double, 4>{1, 1, 40, 40}, {}, true}};
  const Dataset set(file, "pictures", "gt.json");
  EXPECT_TRUE(objects_on_grid(set, resized_to(512), {}, two_squares()).empty());
}

/// Boxes about so large, anywhere.
std::vector<std::array<double, 4>> boxes_about(double width, double height, int count) {
  Rng rng(3);
  std::vector<std::array<double, 4>> boxes;
  for (int i = 0; i < count; ++i) {
    const double w = width * rng.uniform(0.8, 1.25), h = height * rng.uniform(0.8, 1.25);
    boxes.push_back({rng.uniform(0, 512 - w), rng.uniform(0, 512 - h), w, h});
  }
  return boxes;
}

TEST(AnchorProposal, ReachesTinyObjects) {
  const AnchorConfig present;
  auto boxes = boxes_about(12, 12, 150);
  const auto large = boxes_about(150, 150, 150);
  boxes.insert(boxes.end(), large.begin(), large.end());
  const auto objects = objects_on_grid(set_of(boxes), resized_to(512), {}, present);
  const AnchorRecall before = anchor_recall(objects, present, 0.5);
  EXPECT_LT(before.sizes[0].recall(), 0.1);
  EXPECT_TRUE(is_low(before));
  const AnchorConfig proposal = propose_anchors(objects, present, 0.5);
  const AnchorRecall after = anchor_recall(objects, proposal, 0.5);
  // Cells 8 pixels apart keep squares of 12 from more: of anchors of their own size alone 57 %,
  // the share of offsets a, b up to 4 with (12 - a) (12 - b) >= 2 / 3 * 12^2.
  EXPECT_GT(after.sizes[0].recall(), 0.7);
  EXPECT_GT(after.sizes[2].recall(), 0.99);
  EXPECT_EQ(proposal.sizes.size(), present.sizes.size());
  EXPECT_EQ(proposal.aspect_ratios.size(), present.aspect_ratios.size());
  EXPECT_EQ(proposal.scales, present.scales);
  EXPECT_TRUE(std::is_sorted(proposal.sizes.begin(), proposal.sizes.end()));
  for (const double size : proposal.sizes) EXPECT_EQ(size, std::round(size));
  const AnchorConfig again = propose_anchors(objects, present, 0.5);
  EXPECT_EQ(again.sizes, proposal.sizes);
  EXPECT_EQ(again.aspect_ratios, proposal.aspect_ratios);
}

TEST(AnchorProposal, ReachesLongObjects) {
  const AnchorConfig present;
  const auto objects =
      objects_on_grid(set_of(boxes_about(250, 42, 100)), resized_to(512), {}, present);
  const double before = anchor_recall(objects, present, 0.5).all().recall();
  const AnchorConfig proposal = propose_anchors(objects, present, 0.5);
  EXPECT_LT(before, 0.5);
  EXPECT_GT(anchor_recall(objects, proposal, 0.5).all().recall(), 0.95);
  EXPECT_LT(proposal.aspect_ratios.front(), 0.35);  // height / width
}

TEST(AnchorProposal, KeepsWhatIsGood) {
  const AnchorConfig present;
  const auto objects =
      objects_on_grid(set_of(boxes_about(100, 100, 100)), resized_to(512), {}, present);
  const AnchorConfig proposal = propose_anchors(objects, present, 0.5);
  EXPECT_EQ(proposal.sizes, present.sizes);
  EXPECT_EQ(proposal.aspect_ratios, present.aspect_ratios);
  EXPECT_EQ(propose_anchors({}, present, 0.5).sizes, present.sizes);
}

TEST(AnchorRecall, AFewObjectsOutOfReachAreNotYetLow) {
  AnchorRecall recall;
  recall.sizes[0] = {9, 0, 0.0};
  recall.sizes[1] = {100, 90, 80.0};
  EXPECT_FALSE(is_low(recall));
  recall.sizes[0] = {10, 8, 5.0};
  EXPECT_TRUE(is_low(recall));
}

}  // namespace
}  // namespace rn
