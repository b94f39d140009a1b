#include <gtest/gtest.h>

#include "core/config_io.h"
#include "loss/classification_loss.h"

namespace rn {
namespace {

TEST(ClassificationTerms, KindsHaveTheTermsThatTheirNamesSay) {
  ClassificationLossConfig config;
  const auto terms = [&](ClassificationKind kind) {
    config.kind = kind;
    return classification_terms(config, 2, {});
  };
  for (const auto kind : {ClassificationKind::kCe, ClassificationKind::kOhem}) {
    EXPECT_EQ(terms(kind).positive_weights, (std::vector<double>{1, 1}));
    EXPECT_EQ(terms(kind).negative_weight, 1);
    EXPECT_EQ(terms(kind).gamma, 0);
  }
  EXPECT_EQ(terms(ClassificationKind::kBalancedCe).positive_weights,
            (std::vector<double>{.25, .25}));
  EXPECT_EQ(terms(ClassificationKind::kBalancedCe).gamma, 0);
  EXPECT_EQ(terms(ClassificationKind::kFocal).gamma, 2);
  EXPECT_EQ(terms(ClassificationKind::kFocal).negative_weight, 0.75);
  EXPECT_EQ(terms(ClassificationKind::kFocal).activation, ScoreActivation::kSigmoid);
  EXPECT_EQ(terms(ClassificationKind::kSoftmaxFocal).activation, ScoreActivation::kSoftmax);
  config.alpha_from = AlphaFrom::kNone;
  EXPECT_EQ(terms(ClassificationKind::kFocal).positive_weights, (std::vector<double>{1, 1}));
  EXPECT_EQ(terms(ClassificationKind::kFocal).gamma, 2);
}

TEST(ClassificationTerms, InverseFrequencyWeighsRareClassesMoreAndObjectsAlphaOnAverage) {
  ClassificationLossConfig config{.alpha_from = AlphaFrom::kInverseFrequency, .alpha = 0.25};
  // Frequencies 0.9, 0.1: weights ~ 1/0.9, 1/0.1; mean over objects 2; so 0.25 / 2 of them.
  const auto weights = classification_terms(config, 3, {90, 10, 0}).positive_weights;
  EXPECT_NEAR(weights[0], 0.125 / 0.9, 1e-12);
  EXPECT_NEAR(weights[1], 0.125 / 0.1, 1e-12);
  EXPECT_EQ(weights[2], weights[1]);
  EXPECT_NEAR(0.9 * weights[0] + 0.1 * weights[1], 0.25, 1e-12);
  config.frequency_power = 0;
  EXPECT_NEAR(classification_terms(config, 2, {90, 10}).positive_weights[1], 0.25, 1e-12);
}

TEST(ClassificationTerms, ContradictionsAreErrorsWithARemedy) {
  const auto message = [](ClassificationLossConfig config, std::vector<int64_t> counts) {
    try {
      classification_terms(config, 2, counts);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message({.kind = ClassificationKind::kBalancedCe, .alpha_from = AlphaFrom::kNone}, {}),
            "loss.classification.alpha_from: found \"none\" with kind \"balanced_ce\", expected "
            "\"fixed\" or \"inverse_frequency\"; without alpha it is kind \"ce\"");
  EXPECT_EQ(message({.alpha_from = AlphaFrom::kInverseFrequency}, {0, 0}),
            "loss.classification.alpha_from: found \"inverse_frequency\", but the training set has "
            "no objects to count; use \"fixed\"");
}

TEST(LossConfig, ReadsNamesAndRefusesAnUnknownKindWithTheNearest) {
  LossConfig config;
  from_json({"a.json", "loss"},
            Json::parse(R"({"classification": {"kind": "softmax_focal", "gamma": 3},
                            "box": {"kind": "ciou"}, "matcher": {"low_quality": false}})"),
            config);
  EXPECT_EQ(config.classification.kind, ClassificationKind::kSoftmaxFocal);
  EXPECT_EQ(config.classification.gamma, 3);
  EXPECT_EQ(config.box.kind, BoxLossKind::kCiou);
  EXPECT_FALSE(config.matcher.low_quality);
  try {
    from_json({"a.json", "loss"}, Json::parse(R"({"classification": {"kind": "focl"}})"), config);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"focal\""), std::string::npos);
  }
  EXPECT_THROW(
      from_json({"a.json", "loss"}, Json::parse(R"({"classification": {"gamma": 5.1}})"), config),
      Error);
}

}  // namespace
}  // namespace rn
