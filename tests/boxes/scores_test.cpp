#include "boxes/scores.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rn {
namespace {

TEST(Scores, SigmoidTreatsEveryClassOnItsOwn) {
  const auto scores =
      scores_from_logits(torch::tensor({0.0F, std::log(3.0F)}), ScoreActivation::kSigmoid);
  EXPECT_TRUE(torch::allclose(scores, torch::tensor({0.5F, 0.75F}))) << scores;
}

TEST(Scores, SoftmaxHasABackgroundOfLogK) {
  // exp: 1, 5; background 2
  const auto scores =
      scores_from_logits(torch::tensor({0.0F, std::log(5.0F)}), ScoreActivation::kSoftmax);
  EXPECT_TRUE(torch::allclose(scores, torch::tensor({0.125F, 0.625F}))) << scores;
}

TEST(Scores, SoftmaxOfOneClassIsTheSigmoid) {
  const auto logits = torch::linspace(-30, 30, 61).view({61, 1});
  EXPECT_TRUE(torch::allclose(scores_from_logits(logits, ScoreActivation::kSoftmax),
                              scores_from_logits(logits, ScoreActivation::kSigmoid), 1e-5, 1e-30));
}

TEST(Scores, PriorBiasMakesAnObjectAsLikelyAsItSays) {
  const auto logits = torch::full({3, 80}, -std::log(0.99 / 0.01));
  const auto object = scores_from_logits(logits, ScoreActivation::kSoftmax).sum(1);
  EXPECT_TRUE(torch::allclose(object, torch::full({3}, 0.01F), 1e-4)) << object;
}

TEST(Scores, LargeLogitsStayFiniteAndLowPrecisionIsWidened) {
  const auto logits = torch::tensor({1e4F, -1e4F}).to(torch::kBFloat16);
  for (const auto activation : {ScoreActivation::kSigmoid, ScoreActivation::kSoftmax}) {
    const auto scores = scores_from_logits(logits, activation);
    EXPECT_EQ(scores.scalar_type(), torch::kFloat32);
    EXPECT_TRUE(torch::allclose(scores, torch::tensor({1.0F, 0.0F}))) << scores;
  }
}

}  // namespace
}  // namespace rn
