#include "boxes/nms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "boxes/boxes.h"

namespace rn {
namespace {

std::vector<int64_t> run(const torch::Tensor& boxes, std::vector<float> scores,
                         std::vector<int64_t> labels, double threshold) {
  const auto kept = nms_per_class(boxes, torch::tensor(scores), torch::tensor(labels), threshold);
  return {kept.data_ptr<int64_t>(), kept.data_ptr<int64_t>() + kept.numel()};
}

torch::Tensor three_boxes() {  // the second overlaps the first by 1/3, the third is the first
  return torch::tensor({0.0F, 0.0F, 2.0F, 2.0F, 1.0F, 0.0F, 3.0F, 2.0F, 0.0F, 0.0F, 2.0F, 2.0F})
      .view({3, 4});
}

TEST(Nms, RemovesOverlapsOfTheSameClassOnly) {
  EXPECT_EQ(run(three_boxes(), {0.5F, 0.9F, 0.7F}, {0, 0, 0}, 0.3), (std::vector<int64_t>{1}));
  EXPECT_EQ(run(three_boxes(), {0.5F, 0.9F, 0.7F}, {0, 0, 0}, 0.4), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(run(three_boxes(), {0.5F, 0.9F, 0.7F}, {0, 1, 5}, 0.3),
            (std::vector<int64_t>{1, 2, 0}));
}

TEST(Nms, KeepsABoxWhoseIouEqualsTheThreshold) {
  const auto boxes = torch::tensor({0.0F, 0.0F, 2.0F, 2.0F, 0.0F, 0.0F, 2.0F, 1.0F}).view({2, 4});
  EXPECT_EQ(run(boxes, {0.9F, 0.8F}, {0, 0}, 0.5), (std::vector<int64_t>{0, 1}));
}

TEST(Nms, EqualScoresGoByIndexAndNanComesLast) {
  EXPECT_EQ(run(three_boxes(), {0.5F, 0.5F, 0.5F}, {0, 1, 2}, 0.5),
            (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(run(three_boxes(), {NAN, 0.1F, 0.5F}, {0, 1, 2}, 0.5), (std::vector<int64_t>{2, 1, 0}));
}

TEST(Nms, TakesNoBoxesAndEmptyBoxes) {
  EXPECT_TRUE(run(torch::zeros({0, 4}), {}, {}, 0.5).empty());
  EXPECT_EQ(run(torch::ones({2, 4}), {0.1F, 0.2F}, {0, 0}, 0.5), (std::vector<int64_t>{1, 0}));
}

/// The definition: walk down the scores, mark what each kept box suppresses.
std::vector<int64_t> naive(const torch::Tensor& boxes, const torch::Tensor& scores,
                           const torch::Tensor& labels, double threshold) {
  const auto count = scores.size(0);
  const auto* score = scores.data_ptr<float>();
  const auto* label = labels.data_ptr<int64_t>();
  std::vector<int64_t> order(count), kept;
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return score[a] > score[b]; });
  std::vector<bool> gone(count);
  for (const int64_t i : order) {
    if (gone[i]) continue;
    kept.push_back(i);
    const auto iou = box_iou(boxes.slice(0, i, i + 1), boxes).contiguous();
    for (int64_t j = 0; j < count; ++j) {
      if (label[j] == label[i] && iou.data_ptr<float>()[j] > threshold) gone[j] = true;
    }
  }
  return kept;
}

TEST(Nms, EqualsTheDefinitionOn5000BoxesOf80Classes) {
  torch::manual_seed(3);
  const auto low = torch::rand({5000, 2}) * 200;
  const auto boxes = torch::cat({low, low + 10 + torch::rand({5000, 2}) * 200}, 1);
  const auto scores = (torch::rand({5000}) * 500).floor() / 500;  // many equal ones
  const auto labels = torch::randint(80, {5000}, torch::kInt64);
  const auto expected = naive(boxes, scores, labels, 0.5);
  ASSERT_GT(expected.size(), 500U);
  ASSERT_LT(expected.size(), 4900U);
  const auto kept = nms_per_class(boxes, scores, labels, 0.5);
  EXPECT_TRUE(torch::equal(kept, torch::tensor(expected)));
  EXPECT_TRUE(torch::equal(nms_per_class(boxes, scores, labels, 0.5, 300), kept.slice(0, 0, 300)));
}

}  // namespace
}  // namespace rn
