#include "loss/loss_profile.h"

#include <gtest/gtest.h>

#include <cmath>

#include "boxes/anchor_labels.h"

namespace rn {
namespace {

ClassificationTerms focal_terms(int64_t num_classes, double gamma, double alpha) {
  ClassificationTerms terms;
  terms.positive_weights.assign(static_cast<size_t>(num_classes), alpha);
  terms.negative_weight = 1 - alpha;
  terms.gamma = gamma;
  return terms;
}

double sum(const LossProfile::Kind& kind) {
  double samples = 0;
  for (const double count : kind.p_t) samples += count;
  return samples;
}

TEST(LossHistogram, LossOfTheEasiestIsTheirShareOfTheSum) {
  LossHistogram histogram;
  for (int i = 0; i < 99; ++i) histogram.add(1.0F, 1);
  histogram.add(901.0F, 1);  // of 1000 in all
  EXPECT_EQ(histogram.samples(), 100);
  EXPECT_EQ(histogram.loss(), 1000);
  EXPECT_EQ(histogram.loss_of_easiest(0.0), 0);
  EXPECT_NEAR(histogram.loss_of_easiest(0.5), 0.050, 1e-12);
  EXPECT_NEAR(histogram.loss_of_easiest(0.99), 0.099, 1e-12);
  EXPECT_EQ(histogram.loss_of_easiest(1.0), 1);
}

TEST(LossHistogram, CountsAreSamplesAndOddLossesAreSurvived) {
  LossHistogram histogram;
  EXPECT_EQ(histogram.loss_of_easiest(0.5), 0);  // nothing in it
  histogram.add(0.0F, 3);
  EXPECT_EQ(histogram.loss_of_easiest(1.0), 0);  // no loss to share
  histogram.add(std::nanf(""), 1);
  histogram.add(INFINITY, 1);
  histogram.add(1e-45F, 1);
  histogram.add(3e38F, 2);
  EXPECT_EQ(histogram.samples(), 6);
  EXPECT_EQ(histogram.loss_of_easiest(1.0), 1);
}

TEST(ProbabilityBins, GoByTheLogit) {
  EXPECT_EQ(probability_bin(-1e9), 0);
  EXPECT_EQ(probability_bin(0), kProbabilityBins / 2);
  EXPECT_EQ(probability_bin(-0.01), kProbabilityBins / 2 - 1);
  EXPECT_EQ(probability_bin(1e9), kProbabilityBins - 1);
  EXPECT_EQ(logit_of_bin(kProbabilityBins / 2), 0);
}

/// The quoted facts about gamma 2: at p_t 0.9 a hundredth of the cross entropy, at 0.968 a
/// thousandth, below 0.5 a quarter at least. Lin et al. 2017, section 3.2.
TEST(LossProfile, WellClassifiedSamplesLoseWhatThePaperSays) {
  const auto loss_of = [](double p_t, double gamma) {
    LossProfile profile;
    const double logit = -std::log(p_t / (1 - p_t));  // of a negative
    const auto labels = torch::full({1, 1}, kBackground, torch::kInt64);
    auto terms = focal_terms(1, gamma, 0.5);
    add_losses(profile, {torch::full({1, 1, 1, 1}, logit)}, {labels}, {labels}, terms);
    return profile.negatives.losses.loss();
  };
  EXPECT_NEAR(loss_of(0.9, 0), -0.5 * std::log(0.9), 1e-6);
  EXPECT_NEAR(loss_of(0.9, 0) / loss_of(0.9, 2), 100, 0.1);
  EXPECT_NEAR(loss_of(0.968, 0) / loss_of(0.968, 2), 1000, 30);  // (1 - 0.968)^-2 = 977
  for (const double p_t : {0.01, 0.2, 0.5}) EXPECT_LE(loss_of(p_t, 0) / loss_of(p_t, 2), 4.001);
}

/// Every activation: the profile's losses add up to the loss that is trained with.
TEST(LossProfile, LossesAddUpToTheLoss) {
  torch::manual_seed(3);
  for (const auto activation : {ScoreActivation::kSigmoid, ScoreActivation::kSoftmax}) {
    ClassificationTerms terms = focal_terms(3, 2, 0.25);
    terms.positive_weights = {0.25, 0.5, 0.125};
    terms.activation = activation;
    std::vector<torch::Tensor> logits, labels;
    double expected = 0;
    for (const int64_t side : {8, 4}) {
      logits.push_back(torch::randn({2, 2 * 3, side, side}) * 3);
      labels.push_back(torch::randint(kIgnore, 3, {2, 2 * side * side}, torch::kInt64));
      expected += classification_loss(logits.back(), labels.back(), terms, {1.0}).item<double>();
    }
    LossProfile profile;
    add_losses(profile, logits, labels, labels, terms);
    EXPECT_NEAR(profile.positives.losses.loss() + profile.negatives.losses.loss(), expected,
                1e-4 * expected);
    double levels = 0;
    for (const auto& level : profile.levels) levels += level.positives + level.negatives;
    EXPECT_NEAR(levels, expected, 1e-4 * expected);
    EXPECT_EQ(profile.levels.size(), 2);
    EXPECT_EQ(profile.images, 2);

    double positives = 0, anchors = 0;
    for (const auto& label : labels) {
      positives += (label >= 0).sum().item<double>();
      anchors += (label != kIgnore).sum().item<double>();
    }
    const double targets = activation == ScoreActivation::kSigmoid ? 3 * anchors : anchors;
    EXPECT_EQ(sum(profile.positives), positives);
    EXPECT_EQ(sum(profile.negatives), targets - positives);
    EXPECT_EQ(profile.negatives.losses.samples(), targets - positives);
  }
}

TEST(LossProfile, NegativesThatMiningLeavesOutAreSamplesWithoutALoss) {
  const auto labels =
      torch::tensor({{int64_t{0}, kBackground, kBackground, kIgnore}}, torch::kInt64);
  const auto trained = torch::tensor({{int64_t{0}, kBackground, kIgnore, kIgnore}}, torch::kInt64);
  LossProfile profile;
  add_losses(profile, {torch::zeros({1, 1, 1, 4})}, {labels}, {trained}, focal_terms(1, 0, 0.5));
  EXPECT_EQ(profile.negatives.losses.samples(), 2);
  EXPECT_NEAR(profile.negatives.losses.loss(), 0.5 * std::log(2.0), 1e-6);
  EXPECT_EQ(profile.negatives.p_t[kProbabilityBins / 2], 2);  // p_t is 1/2, trained on or not
}

/// More logits than are looked at: the sample stands for all, its positives are all there.
TEST(LossProfile, ASampleStandsForAll) {
  torch::manual_seed(4);
  const int64_t side = 600;  // 3.2 million logits
  const auto logits = torch::randn({1, 9, side, side}) * 2 - 3;
  auto labels = torch::full({1, 9 * side * side}, kBackground, torch::kInt64);
  labels[0].slice(0, 0, 9 * side * side, 1000) = 0;
  const auto terms = focal_terms(1, 2, 0.25);
  LossProfile profile;
  add_losses(profile, {logits}, {labels}, {labels}, terms);
  const double expected = classification_loss(logits, labels, terms, {1.0}).item<double>();
  const double found = profile.positives.losses.loss() + profile.negatives.losses.loss();
  EXPECT_NEAR(found / expected, 1, 0.01);
  EXPECT_EQ(profile.positives.losses.samples(), 9.0 * side * side / 1000);
  EXPECT_NEAR(profile.negatives.losses.samples() / (9.0 * side * side * 0.999), 1, 0.001);
}

TEST(LossProfile, SummaryTellsWhatTheEasyNegativesHave) {
  LossProfile profile;
  for (int i = 0; i < 99; ++i) profile.negatives.losses.add(1.0F, 1);
  profile.negatives.losses.add(101.0F, 1);
  profile.positives.losses.add(200.0F, 1);
  const LossProfileEvent event = summarize(profile);
  EXPECT_NEAR(event.easy_negatives_share, 99.0 / 400, 1e-9);
  ASSERT_EQ(event.negatives.loss_of_easiest.size(), kSampleShares.size());
  EXPECT_EQ(event.negatives.loss_of_easiest.front(), 0);
  EXPECT_EQ(event.negatives.loss_of_easiest.back(), 1);
  EXPECT_EQ(summarize(LossProfile{}).easy_negatives_share, 0);
}

}  // namespace
}  // namespace rn
