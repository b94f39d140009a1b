#include <gtest/gtest.h>

#include "boxes/anchor_labels.h"
#include "loss/classification_loss.h"

namespace rn {
namespace {

constexpr int64_t B = kBackground;
constexpr int64_t I = kIgnore;

std::vector<int64_t> listed(const torch::Tensor& values) {
  const auto flat = values.contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

TEST(HardNegatives, KeepsTheHardestOfEachImageOverAllLevels) {
  // Two images, one class, one anchor a cell; levels of 4 and 2 cells.
  const std::vector<torch::Tensor> logits = {
      torch::tensor({0.0F, -1.0F, 3.0F, -9.0F, 5.0F, 4.0F, 3.0F, 2.0F}).view({2, 1, 1, 4}),
      torch::tensor({1.0F, 2.0F, 1.0F, 6.0F}).view({2, 1, 1, 2})};
  const std::vector<torch::Tensor> labels = {
      torch::tensor({int64_t{0}, B, I, B, B, B, B, B}).view({2, 4}),
      torch::tensor({B, B, B, B}).view({2, 2})};
  const ClassificationLossConfig config{.ohem_ratio = 2, .ohem_min_negatives = 1};
  const auto mined = mine_hard_negatives(logits, labels, config);
  // Image 0: one positive, two negatives: those of 2 and 1. Image 1: no positive, one negative: 6.
  EXPECT_EQ(listed(mined[0]), (std::vector<int64_t>{0, I, I, I, I, I, I, I}));
  EXPECT_EQ(listed(mined[1]), (std::vector<int64_t>{B, B, I, B}));
}

TEST(HardNegatives, AnAnchorsHardnessIsTheSumOverItsClasses) {
  const auto logits =
      torch::tensor({3.0F, -9.0F, 2.0F, 2.0F}).view({1, 1, 2, 2}).permute({0, 3, 1, 2});
  const auto labels = torch::tensor({B, B}).view({1, 2});
  const auto mined = mine_hard_negatives({logits}, {labels}, {.ohem_min_negatives = 1});
  EXPECT_EQ(listed(mined[0]), (std::vector<int64_t>{I, B}));
}

TEST(HardNegatives, AsksForNoMoreThanThereAre) {
  const auto logits = torch::zeros({1, 1, 1, 3});
  const auto labels = torch::tensor({B, int64_t{0}, B}).view({1, 3});
  EXPECT_EQ(listed(mine_hard_negatives({logits}, {labels}, {})[0]), listed(labels));
  EXPECT_EQ(listed(mine_hard_negatives({logits}, {labels},
                                       {.ohem_ratio = 0, .ohem_min_negatives = 0})[0]),
            (std::vector<int64_t>{I, 0, I}));
}

}  // namespace
}  // namespace rn
