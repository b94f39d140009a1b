#include "loss/box_loss.h"

#include <gtest/gtest.h>

#include <numbers>

#include "loss/reference.h"

namespace rn {
namespace {

torch::Tensor box(std::vector<double> values) {
  return torch::tensor(values, torch::kFloat64).view({-1, 4});
}

/// The loss when the prediction is `predicted` exactly.
double loss_of(BoxLossKind kind, const torch::Tensor& predicted, const torch::Tensor& truth) {
  const auto anchor = box({0, 0, 8, 8}).expand_as(truth);
  BoxLossConfig config;
  config.kind = kind;
  return box_losses(BoxCoder().encode(predicted, anchor), anchor, truth, BoxCoder(), config)
      .sum()
      .item<double>();
}

TEST(BoxLoss, IsZeroForTheTruth) {
  for (const auto kind : {BoxLossKind::kL1, BoxLossKind::kSmoothL1, BoxLossKind::kGiou,
                          BoxLossKind::kDiou, BoxLossKind::kCiou}) {
    EXPECT_NEAR(loss_of(kind, box({1, 2, 5, 9}), box({1, 2, 5, 9})), 0, 1e-8);
  }
}

// (0,0,2,2) and (1,0,3,2): IoU 1/3, hull 6 = union; (0,0,1,1) and (2,0,3,1): IoU 0, hull 3, union
// 2, centres 2 apart, diagonal^2 10.
TEST(BoxLoss, GiouAndDiouByHand) {
  EXPECT_NEAR(loss_of(BoxLossKind::kGiou, box({0, 0, 2, 2}), box({1, 0, 3, 2})), 2.0 / 3, 1e-6);
  EXPECT_NEAR(loss_of(BoxLossKind::kGiou, box({0, 0, 1, 1}), box({2, 0, 3, 1})), 1 + 1.0 / 3, 1e-6);
  EXPECT_NEAR(loss_of(BoxLossKind::kDiou, box({0, 0, 1, 1}), box({2, 0, 3, 1})), 1 + 4.0 / 10,
              1e-6);
  EXPECT_NEAR(loss_of(BoxLossKind::kDiou, box({0, 0, 2, 2}), box({1, 0, 3, 2})), 2.0 / 3 + 1.0 / 13,
              1e-6);
}

// (0,0,2,2) in (0,0,4,2): IoU 1/2, centres 1 apart, diagonal^2 20.
TEST(BoxLoss, CiouAddsTheAspectTerm) {
  const double angle = std::atan(2.0) - std::atan(1.0);
  const double v = 4 / (std::numbers::pi * std::numbers::pi) * angle * angle;
  const double expected = 0.5 + 1.0 / 20 + v * v / (0.5 + v);
  EXPECT_NEAR(loss_of(BoxLossKind::kCiou, box({0, 0, 2, 2}), box({0, 0, 4, 2})), expected, 1e-6);
  EXPECT_NEAR(loss_of(BoxLossKind::kCiou, box({0, 0, 2, 2}), box({1, 0, 3, 2})),
              loss_of(BoxLossKind::kDiou, box({0, 0, 2, 2}), box({1, 0, 3, 2})), 1e-9);
}

TEST(BoxLoss, L1AndSmoothL1CompareDeltasAndSumOverBoxes) {
  const auto anchors = box({0, 0, 8, 8, 0, 0, 8, 8});
  const auto deltas = box({0.05, -1, 0, 0, 0, 0, 2, 0});
  BoxLossConfig config;
  config.kind = BoxLossKind::kL1;
  EXPECT_NEAR(box_losses(deltas, anchors, anchors, BoxCoder(), config).sum().item<double>(), 3.05,
              1e-12);
  config.kind = BoxLossKind::kSmoothL1;
  config.beta = 0.1;  // 0.05^2 / 0.2 + (1 - 0.05) + (2 - 0.05)
  EXPECT_NEAR(box_losses(deltas, anchors, anchors, BoxCoder(), config).sum().item<double>(), 2.9125,
              1e-12);
}

TEST(BoxLoss, GradientPassesTheNumericalCheck) {
  torch::manual_seed(6);
  const auto low = torch::rand({6, 2}, torch::kFloat64) * 20;
  const auto anchors = torch::cat({low, low + 5 + torch::rand({6, 2}, torch::kFloat64) * 10}, 1);
  const auto truth = anchors + torch::rand({6, 4}, torch::kFloat64) * 3;
  const auto deltas = torch::randn({6, 4}, torch::kFloat64) * 0.3;
  for (const auto kind :
       {BoxLossKind::kL1, BoxLossKind::kSmoothL1, BoxLossKind::kGiou, BoxLossKind::kDiou}) {
    BoxLossConfig config;
    config.kind = kind;
    const auto f = [&](const torch::Tensor& x) {
      return box_losses(x, anchors, truth, BoxCoder(), config).sum();
    };
    EXPECT_LT(testing::largest_gradient_error(f, deltas), 1e-6) << enum_name(kind);
  }
}

TEST(BoxLoss, NoPositivesGiveZeroWithAZeroGradient) {
  for (const auto kind :
       {BoxLossKind::kL1, BoxLossKind::kSmoothL1, BoxLossKind::kGiou, BoxLossKind::kCiou}) {
    BoxLossConfig config;
    config.kind = kind;
    const auto deltas = torch::randn({5, 4}).set_requires_grad(true);
    const auto none = deltas.index_select(0, torch::zeros({0}, torch::kInt64));
    const auto loss =
        box_losses(none, torch::zeros({0, 4}), torch::zeros({0, 4}), BoxCoder(), config).sum();
    EXPECT_EQ(loss.item<double>(), 0);
    loss.backward();
    EXPECT_EQ(deltas.grad().abs().sum().item<double>(), 0);
  }
}

TEST(BoxLoss, WildDeltasStayFinite) {
  const auto anchors = box({0, 0, 8, 8}).to(torch::kFloat32);
  for (const auto kind : {BoxLossKind::kGiou, BoxLossKind::kDiou, BoxLossKind::kCiou}) {
    for (const float wild : {-100.0F, 100.0F}) {
      BoxLossConfig config;
      config.kind = kind;
      const auto deltas = torch::full({1, 4}, wild).set_requires_grad(true);
      const auto loss = box_losses(deltas, anchors, anchors, BoxCoder(), config).sum();
      loss.backward();
      EXPECT_TRUE(std::isfinite(loss.item<double>())) << enum_name(kind) << wild;
      EXPECT_TRUE(deltas.grad().isfinite().all().item<bool>())
          << enum_name(kind) << wild << deltas.grad();
    }
  }
}

}  // namespace
}  // namespace rn
