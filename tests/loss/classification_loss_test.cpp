#include "loss/classification_loss.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "loss/composed_loss.h"
#include "loss/reference.h"

namespace rn {
namespace {

using testing::anchor_rows;
using testing::plain_focal;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

ClassificationTerms terms_of(int64_t num_classes, double alpha, double gamma,
                             ScoreActivation activation = ScoreActivation::kSigmoid) {
  return {std::vector<double>(num_classes, alpha), 1 - alpha, gamma, activation};
}

/// [1, K, 1, P] from [P, K].
torch::Tensor as_level(const torch::Tensor& rows) {
  return rows.t().reshape({1, rows.size(1), 1, rows.size(0)}).contiguous(kChannelsLast);
}

struct LogitScene {
  torch::Tensor logits;  // [2, A*K, H, W] with A = 3, H = 5, W = 7
  torch::Tensor labels;  // [2, H*W*A]
};

LogitScene scene(int64_t num_classes, double spread) {
  torch::manual_seed(4);
  auto labels = torch::randint(-2, num_classes, {2, 5 * 7 * 3}, torch::kInt64);
  labels = torch::where(torch::rand({2, 105}) < 0.7, torch::full({}, kBackground), labels);
  return {(torch::randn({2, 3 * num_classes, 5, 7}, torch::kFloat64) * spread)
              .contiguous(kChannelsLast),
          labels};
}

struct LossAndGradient {
  double loss;
  torch::Tensor gradient;
};

template <class F>
LossAndGradient differentiate(F&& f, const torch::Tensor& x) {
  auto variable = x.detach().clone().set_requires_grad(true);
  const auto loss = f(variable);
  return {loss.template item<double>(), torch::autograd::grad({loss}, {variable})[0]};
}

// Logits (-2, 0, 3), targets (0, 1, 1), alpha 0.25, gamma 2: by torchvision 0.14.
TEST(FocalLoss, GoldenValues) {
  const double expected[] = {0.00135267, 0.0433217, 2.73208e-5};
  const float logits[] = {-2, 0, 3};
  const int64_t labels[] = {kBackground, 0, 0};
  for (int i = 0; i < 3; ++i) {
    const auto loss =
        classification_loss(torch::full({1, 1, 1, 1}, logits[i]), torch::full({1, 1}, labels[i]),
                            terms_of(1, 0.25, 2), {1.0});
    EXPECT_NEAR(loss.item<double>(), expected[i], 1e-5 * expected[i]);
  }
}

class Family : public ::testing::TestWithParam<std::tuple<ScoreActivation, double, int64_t>> {
 protected:
  ClassificationTerms terms() const {
    const auto [activation, gamma, num_classes] = GetParam();
    auto result = terms_of(num_classes, 0.25, gamma, activation);
    for (int64_t k = 0; k < num_classes; ++k) result.positive_weights[k] += 0.01 * k;
    return result;
  }
};

TEST_P(Family, EqualsThePlainFormulaAndItsGradient) {
  const auto t = terms();
  const auto num_classes = static_cast<int64_t>(t.positive_weights.size());
  const auto [logits, labels] = scene(num_classes, 3.0);
  const double scale = 0.37;
  const auto expected = differentiate(
      [&](auto& x) {
        return scale * plain_focal(anchor_rows(x, num_classes), labels.flatten(), t);
      },
      logits);
  const auto fused = [&](auto& x) { return classification_loss(x, labels, t, {scale}); };

  const auto in_double = differentiate(fused, logits);
  EXPECT_NEAR(in_double.loss, expected.loss, 1e-10 * expected.loss);
  EXPECT_LT((in_double.gradient - expected.gradient).abs().max().item<double>(), 1e-10);

  const auto in_float = differentiate(fused, logits.to(torch::kFloat32));
  EXPECT_NEAR(in_float.loss, expected.loss, 1e-6 * expected.loss);
  EXPECT_LT((in_float.gradient - expected.gradient).abs().max().item<double>(), 1e-6);
  EXPECT_TRUE(in_float.gradient.is_contiguous(kChannelsLast));

  // The reference sees the rounded logits; only the gradient is rounded besides, to 8 bits.
  const auto narrow = logits.to(torch::kBFloat16);
  const auto expected_narrow = differentiate(
      [&](auto& x) {
        return scale * plain_focal(anchor_rows(x, num_classes), labels.flatten(), t);
      },
      narrow.to(torch::kFloat64));
  const auto in_bf16 = differentiate(fused, narrow);
  EXPECT_NEAR(in_bf16.loss, expected_narrow.loss, 1e-6 * expected_narrow.loss);
  EXPECT_EQ(in_bf16.gradient.scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(torch::allclose(in_bf16.gradient.to(torch::kFloat64), expected_narrow.gradient,
                              1.0 / 250, 1e-7));
}

TEST_P(Family, ComposedOperationsGiveTheSame) {
  const auto t = terms();
  const auto num_classes = static_cast<int64_t>(t.positive_weights.size());
  const auto [logits, labels] = scene(num_classes, 3.0);
  const auto fused =
      differentiate([&](auto& x) { return classification_loss(x, labels, t, {1.0}); }, logits);
  const auto composed = differentiate(
      [&](auto& x) {
        const auto rows = anchor_rows(x, num_classes).view({2, -1, num_classes});
        return t.activation == ScoreActivation::kSoftmax ? composed_softmax_focal(rows, labels, t)
                                                         : composed_sigmoid_focal(rows, labels, t);
      },
      logits);
  EXPECT_NEAR(composed.loss, fused.loss, 1e-10 * fused.loss);
  EXPECT_LT((composed.gradient - fused.gradient).abs().max().item<double>(), 1e-10);
}

TEST_P(Family, GradientPassesTheNumericalCheck) {
  const auto t = terms();
  const auto [logits, labels] = scene(static_cast<int64_t>(t.positive_weights.size()), 2.0);
  const auto small = logits.slice(0, 0, 1).slice(2, 0, 1).slice(3, 0, 2).contiguous(kChannelsLast);
  const auto small_labels = labels.slice(0, 0, 1).slice(1, 0, 6);
  const auto f = [&](const torch::Tensor& x) {
    return classification_loss(x, small_labels, t, {1.0});
  };
  EXPECT_LT(testing::largest_gradient_error(f, small), 1e-8);
}

TEST_P(Family, HugeLogitsStayFiniteInLossAndGradient) {
  const auto t = terms();
  const auto num_classes = static_cast<int64_t>(t.positive_weights.size());
  const auto sign = scene(num_classes, 1.0).logits.sign();
  const auto labels = scene(num_classes, 1.0).labels;
  for (const double size : {100.0, 1e4}) {
    for (const auto dtype : {torch::kFloat32, torch::kFloat64, torch::kBFloat16}) {
      const auto result =
          differentiate([&](auto& x) { return classification_loss(x, labels, t, {1.0}); },
                        (size * sign).to(dtype));
      EXPECT_TRUE(std::isfinite(result.loss)) << size;
      EXPECT_TRUE(result.gradient.isfinite().all().template item<bool>()) << size;
      EXPECT_GT(result.loss, size);  // wrong and sure: linear in the logit
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Family,
    ::testing::Combine(::testing::Values(ScoreActivation::kSigmoid, ScoreActivation::kSoftmax),
                       ::testing::Values(0.0, 0.5, 1.0, 2.0, 5.0), ::testing::Values(1, 3, 80)));

TEST(ClassificationLoss, FloatKeepsRelativePrecisionOverTheWholeRange) {
  const auto x = torch::arange(-25.0, 25.0, 0.0625, torch::kFloat64);
  for (const double gamma : {0.0, 1.0, 1.5, 2.0}) {
    for (const int64_t label : {kBackground, int64_t{0}}) {
      for (int64_t i = 0; i < x.size(0); ++i) {
        const auto one = x.slice(0, i, i + 1).view({1, 1, 1, 1});
        const auto loss = [&](auto& v) {
          return classification_loss(v, torch::full({1, 1}, label), terms_of(1, 0.25, gamma),
                                     {1.0});
        };
        const auto fine = differentiate(loss, one);
        const auto coarse = differentiate(loss, one.to(torch::kFloat32));
        ASSERT_NEAR(coarse.loss, fine.loss, 1e-5 * fine.loss + 1e-37) << x[i];
        const double slope = fine.gradient.item<double>();
        ASSERT_NEAR(coarse.gradient.item<double>(), slope, 1e-5 * std::abs(slope) + 1e-37) << x[i];
      }
    }
  }
}

TEST(ClassificationLoss, GammaZeroIsExactlyBalancedCrossEntropy) {
  const auto [logits, labels] = scene(3, 3.0);
  ClassificationLossConfig focal{.kind = ClassificationKind::kFocal, .gamma = 0.0};
  ClassificationLossConfig balanced{.kind = ClassificationKind::kBalancedCe};
  const auto run = [&, &l = logits, &y = labels](const ClassificationLossConfig& config) {
    const auto terms = classification_terms(config, 3, {});
    return differentiate([&](auto& x) { return classification_loss(x, y, terms, {1.0}); }, l);
  };
  EXPECT_EQ(run(focal).loss, run(balanced).loss);
  EXPECT_TRUE(torch::equal(run(focal).gradient, run(balanced).gradient));
}

TEST(ClassificationLoss, CrossEntropyIsLibTorchsOwn) {
  const auto [logits, labels] = scene(3, 3.0);
  const auto rows = anchor_rows(logits, 3);
  const auto kept = (labels.flatten() != kIgnore).nonzero().squeeze(1);
  const auto label = labels.flatten().index_select(0, kept);
  const auto t = torch::one_hot(label.clamp_min(0), 3) * (label >= 0).unsqueeze(1);
  const auto expected = torch::binary_cross_entropy_with_logits(
      rows.index_select(0, kept), t.to(torch::kFloat64), {}, {}, torch::Reduction::Sum);
  const auto terms = classification_terms({.kind = ClassificationKind::kCe}, 3, {});
  EXPECT_NEAR(classification_loss(logits, labels, terms, {1.0}).item<double>(),
              expected.item<double>(), 1e-9);
}

TEST(ClassificationLoss, SoftmaxOfOneClassIsTheSigmoidForm) {
  const auto [logits, labels] = scene(1, 3.0);
  const auto sigmoid = classification_loss(logits, labels, terms_of(1, 0.3, 2), {1.0});
  const auto softmax =
      classification_loss(logits, labels, terms_of(1, 0.3, 2, ScoreActivation::kSoftmax), {1.0});
  EXPECT_NEAR(sigmoid.item<double>(), softmax.item<double>(), 1e-10);
}

TEST(ClassificationLoss, IgnoredAnchorsAreNotEvenRead) {
  const auto rows = torch::tensor({1.0F, 2.0F, NAN, INFINITY, -1.0F, 0.5F}).view({3, 2});
  const auto labels = torch::tensor({kBackground, kIgnore, int64_t{1}}).view({1, 3});
  for (const auto activation : {ScoreActivation::kSigmoid, ScoreActivation::kSoftmax}) {
    const auto result = differentiate(
        [&](auto& x) {
          return classification_loss(x, labels, terms_of(2, 0.25, 2, activation), {1.0});
        },
        as_level(rows));
    EXPECT_TRUE(std::isfinite(result.loss));
    const auto gradient = anchor_rows(result.gradient, 2);
    EXPECT_TRUE(torch::equal(gradient[1], torch::zeros({2}))) << gradient;
    EXPECT_TRUE((gradient[0] > 0).all().item<bool>()) << gradient;
    EXPECT_LT(gradient[2][1].item<float>(), 0);
  }
}

TEST(ClassificationLoss, NanShowsInTheLoss) {
  auto rows = torch::zeros({40, 3});
  rows[20][1] = NAN;
  const auto labels = torch::full({1, 40}, kBackground);
  for (const auto activation : {ScoreActivation::kSigmoid, ScoreActivation::kSoftmax}) {
    const auto loss =
        classification_loss(as_level(rows), labels, terms_of(3, 0.25, 2, activation), {1.0});
    EXPECT_TRUE(std::isnan(loss.item<double>()));
  }
}

TEST(ClassificationLoss, AnyMemoryLayoutGivesTheSame) {
  const auto [logits, labels] = scene(3, 3.0);
  const auto terms = terms_of(3, 0.25, 2);
  const auto f = [&, &y = labels](auto& x) { return classification_loss(x, y, terms, {1.0}); };
  const auto a = differentiate(f, logits);
  const auto b = differentiate(f, logits.contiguous(torch::MemoryFormat::Contiguous));
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_TRUE(torch::equal(a.gradient, b.gradient));
}

TEST(ClassificationLoss, GradientFollowsTheFactorOfTheLossAndThreadsChangeNothing) {
  torch::manual_seed(5);
  const auto logits = torch::randn({2, 9 * 80, 10, 12}).contiguous(kChannelsLast);
  const auto labels = torch::randint(-2, 80, {2, 9 * 120}, torch::kInt64);
  const auto terms = terms_of(80, 0.25, 2);
  const auto run = [&](double factor) {
    return differentiate(
        [&](auto& x) { return factor * classification_loss(x, labels, terms, {0.01}); }, logits);
  };
  const auto once = run(1.0);
  EXPECT_TRUE(torch::equal(run(4.0).gradient, once.gradient * 4));
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = run(1.0);
  at::set_num_threads(threads);
  EXPECT_EQ(alone.loss, once.loss);
  EXPECT_TRUE(torch::equal(alone.gradient, once.gradient));
}

TEST(ClassificationLoss, WithoutGradientModeNothingIsRecorded) {
  torch::NoGradGuard no_grad;
  const auto [logits, labels] = scene(3, 1.0);
  EXPECT_FALSE(classification_loss(logits, labels, terms_of(3, 0.25, 2), {1.0}).requires_grad());
}

TEST(ClassificationLoss, SecondDerivativeIsRefusedNotWrong) {
  auto [logits, labels] = scene(3, 1.0);
  logits.set_requires_grad(true);
  const auto loss = classification_loss(logits, labels, terms_of(3, 0.25, 2), {1.0});
  EXPECT_ANY_THROW(torch::autograd::grad({loss}, {logits}, {}, true, true));
}

}  // namespace
}  // namespace rn
