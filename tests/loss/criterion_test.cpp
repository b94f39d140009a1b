#include "loss/criterion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "boxes/anchors.h"
#include "core/error.h"
#include "loss/box_loss.h"
#include "loss/reference.h"
#include "loss/targets.h"

namespace rn {
namespace {

constexpr int64_t kClasses = 3;

struct Scene {
  std::vector<torch::Tensor> anchors;
  Predictions predictions;
  std::vector<GroundTruth> targets;
};

GroundTruth truth(std::vector<double> boxes, std::vector<int64_t> labels,
                  std::vector<double> crowds = {}) {
  return {torch::tensor(boxes, torch::kFloat32).view({-1, 4}), torch::tensor(labels, torch::kInt64),
          torch::tensor(crowds, torch::kFloat32).view({-1, 4})};
}

/// Two images of 64 x 96, all five levels.
Scene scene(torch::Dtype dtype) {
  torch::manual_seed(7);
  const std::vector<ImageSize> sizes = {{8, 12}, {4, 6}, {2, 3}, {1, 2}, {1, 1}};
  Scene s;
  for (const auto& level : AnchorGenerator(AnchorConfig{})(sizes, {}))
    s.anchors.push_back(level.to(dtype));
  for (const auto& size : sizes) {
    const auto make = [&](int64_t channels, double spread) {
      const auto x = torch::randn({2, channels, size.height, size.width}, torch::kFloat64) * spread;
      return x.to(dtype).contiguous(torch::MemoryFormat::ChannelsLast).set_requires_grad(true);
    };
    s.predictions.push_back({make(9 * kClasses, 2.0), make(36, 0.3)});
  }
  s.targets = {truth({4, 4, 40, 50, 50, 10, 90, 60, 20, 20, 21, 21}, {0, 2, 1}, {0, 30, 60, 64}),
               truth({}, {})};
  return s;
}

/// Everything at once: all levels concatenated, one-hot targets, plain formulas.
std::pair<double, double> plain(const Scene& s, const LossConfig& config) {
  const Matcher matcher(config.matcher);
  const auto anchors = torch::cat(s.anchors);
  const auto terms = classification_terms(config.classification, kClasses, {});
  auto classification = torch::zeros({}, torch::kFloat64), box = torch::zeros({}, torch::kFloat64);
  int64_t positives = 0;
  for (int64_t n = 0; n < 2; ++n) {
    const auto matched = matcher(anchors, s.targets[n]);
    std::vector<torch::Tensor> logits, deltas;
    for (const auto& level : s.predictions) {
      logits.push_back(testing::anchor_rows(level.logits.slice(0, n, n + 1), kClasses));
      deltas.push_back(testing::anchor_rows(level.deltas.slice(0, n, n + 1), 4));
    }
    const auto rows = (matched >= 0).nonzero().squeeze(1);
    auto labels = matched.clone();
    labels.index_put_({rows}, s.targets[n].labels.index({matched.index({rows})}));
    classification = classification + testing::plain_focal(torch::cat(logits), labels, terms);
    box =
        box + box_losses(torch::cat(deltas).index({rows}), anchors.index({rows}),
                         s.targets[n].boxes.index({matched.index({rows})}), BoxCoder(), config.box)
                  .sum();
    positives += rows.numel();
  }
  const double normalizer = std::max<double>(1, static_cast<double>(positives));
  return {config.classification.weight * classification.item<double>() / normalizer,
          config.box.weight * box.item<double>() / normalizer};
}

/// Lin et al. 2017, section 3.2: the laboratory trains one of the two only.
TEST(Criterion, FocalLossWithGammaZeroIsBalancedCrossEntropy) {
  LossConfig focal, balanced;
  focal.classification.gamma = 0;
  focal.classification.alpha = balanced.classification.alpha = 0.75;
  balanced.classification.kind = ClassificationKind::kBalancedCe;
  const Scene s = scene(torch::kFloat32);
  const auto a = Criterion(focal, kClasses)(s.predictions, s.anchors, s.targets);
  const auto b = Criterion(balanced, kClasses)(s.predictions, s.anchors, s.targets);
  EXPECT_EQ(a.classification.item<float>(), b.classification.item<float>());
}

TEST(Criterion, EqualsThePlainConcatenatedOneHotForm) {
  const auto s = scene(torch::kFloat64);
  for (const auto kind : {ClassificationKind::kCe, ClassificationKind::kBalancedCe,
                          ClassificationKind::kFocal, ClassificationKind::kSoftmaxFocal}) {
    for (const auto box_kind : {BoxLossKind::kL1, BoxLossKind::kSmoothL1, BoxLossKind::kGiou,
                                BoxLossKind::kDiou, BoxLossKind::kCiou}) {
      LossConfig config;
      config.classification.kind = kind;
      config.classification.weight = 1.5;
      config.box = {box_kind, 0.11, 2.0};
      const auto out = Criterion(config, kClasses)(s.predictions, s.anchors, s.targets);
      const auto [classification, box] = plain(s, config);
      EXPECT_GT(out.num_positives, 10);
      EXPECT_NEAR(out.classification.item<double>(), classification, 1e-9 * classification);
      EXPECT_NEAR(out.box.item<double>(), box, 1e-9 * box) << enum_name(box_kind);
    }
  }
}

TEST(Criterion, FloatAndBfloat16AgreeWithDouble) {
  auto s = scene(torch::kFloat64);
  // Without the one-pixel box: several anchors are equally good for it, up to rounding.
  s.targets[0] = truth({4, 4, 40, 50, 50, 10, 90, 60}, {0, 2});
  Criterion criterion({}, kClasses);
  const auto expected = criterion(s.predictions, s.anchors, s.targets);
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    Scene narrow = s;
    for (auto& level : narrow.anchors) level = level.to(torch::kFloat32);
    for (auto& level : narrow.predictions) level = {level.logits.to(dtype), level.deltas.to(dtype)};
    const auto out = criterion(narrow.predictions, narrow.anchors, narrow.targets);
    const double tolerance = dtype == torch::kFloat32 ? 1e-5 : 1e-2;
    EXPECT_EQ(out.total().scalar_type(), torch::kFloat32);
    EXPECT_NEAR(out.classification.item<double>() / expected.classification.item<double>(), 1,
                tolerance);
    EXPECT_NEAR(out.box.item<double>() / expected.box.item<double>(), 1, tolerance);
  }
}

TEST(Criterion, GradientOfTheTotalPassesTheNumericalCheck) {
  const auto s = scene(torch::kFloat64);
  Criterion criterion({}, kClasses);
  const int64_t level = 2;  // [2, 27, 2, 3] and [2, 36, 2, 3]
  const auto with = [&](const torch::Tensor& logits, const torch::Tensor& deltas) {
    auto predictions = s.predictions;
    predictions[level] = {logits, deltas};
    return criterion(predictions, s.anchors, s.targets).total();
  };
  const auto& [logits, deltas] = s.predictions[level];
  EXPECT_LT(
      testing::largest_gradient_error([&, &d = deltas](auto& x) { return with(x, d); }, logits),
      1e-8);
  EXPECT_LT(
      testing::largest_gradient_error([&, &l = logits](auto& x) { return with(l, x); }, deltas),
      1e-7);
}

TEST(Criterion, ImagesWithoutObjectsHaveOnlyNegativesAndADivisorOfOne) {
  auto s = scene(torch::kFloat64);
  s.targets = {truth({}, {}), truth({}, {})};
  const auto out = Criterion({}, kClasses)(s.predictions, s.anchors, s.targets);
  EXPECT_EQ(out.num_positives, 0);
  EXPECT_EQ(out.box.item<double>(), 0);
  EXPECT_NEAR(out.classification.item<double>(), plain(s, {}).first, 1e-8);
  out.total().backward();
  for (const auto& level : s.predictions) {
    EXPECT_EQ(level.deltas.grad().abs().sum().item<double>(), 0);
    EXPECT_TRUE((level.logits.grad() > 0).all().item<bool>());
  }
}

TEST(Criterion, OhemTakesGradientsFromPositivesAndHardestNegativesOnly) {
  const auto s = scene(torch::kFloat64);
  LossConfig config;
  config.classification.kind = ClassificationKind::kOhem;
  config.classification.ohem_min_negatives = 5;
  const auto out = Criterion(config, kClasses)(s.predictions, s.anchors, s.targets);
  out.total().backward();
  int64_t touched = 0;
  for (const auto& level : s.predictions) {
    touched += (testing::anchor_rows(level.logits.grad(), kClasses).abs().sum(1) > 0)
                   .sum()
                   .item<int64_t>();
  }
  // Image 0: the positives and three times as many; image 1: the minimum.
  EXPECT_EQ(touched, 4 * out.num_positives + 5);
}

TEST(Criterion, InverseFrequencyNeedsCountsAndUsesThem) {
  const auto s = scene(torch::kFloat64);
  LossConfig config;
  config.classification.alpha_from = AlphaFrom::kInverseFrequency;
  Criterion even(config, kClasses, {5, 5, 5});
  EXPECT_NEAR(even(s.predictions, s.anchors, s.targets).classification.item<double>(),
              plain(s, {}).first, 1e-9);
  Criterion uneven(config, kClasses, {100, 10, 1});
  EXPECT_NE(uneven(s.predictions, s.anchors, s.targets).classification.item<double>(),
            plain(s, {}).first);
  EXPECT_THROW(Criterion(config, kClasses), InternalError);
}

TEST(Criterion, HandlesManyObjectsOneClassAndOnePixelBoxes) {
  torch::manual_seed(8);
  const std::vector<ImageSize> sizes = {{16, 16}, {8, 8}, {4, 4}, {2, 2}, {1, 1}};
  const auto anchors = AnchorGenerator(AnchorConfig{})(sizes, {});
  Predictions predictions;
  for (const auto& size : sizes) {
    predictions.push_back(
        {torch::full({1, 9, size.height, size.width}, -4.59512F).set_requires_grad(true),
         torch::zeros({1, 36, size.height, size.width}).set_requires_grad(true)});
  }
  const auto low = torch::rand({500, 2}) * 127;
  const GroundTruth target{torch::cat({low, low + 1}, 1), torch::zeros({500}, torch::kInt64),
                           torch::zeros({0, 4})};
  const auto out = Criterion({}, 1)(predictions, anchors, {target});
  out.total().backward();
  EXPECT_GT(out.num_positives, 100);
  EXPECT_TRUE(std::isfinite(out.total().item<double>()));
  for (const auto& level : predictions) {
    EXPECT_TRUE(level.logits.grad().isfinite().all().item<bool>());
    EXPECT_TRUE(level.deltas.grad().isfinite().all().item<bool>());
  }
}

TEST(Criterion, LossesPerLevelAddUpAndShowWhichLevelIsNotFinite) {
  auto s = scene(torch::kFloat64);
  LossConfig config;
  config.normalizer = NormalizerKind::kMovingAverage;
  Criterion criterion(config, kClasses);
  const Targets targets = criterion.assign(s.anchors, s.targets);
  std::vector<torch::Tensor> logits, deltas;
  for (size_t level = 0; level < s.predictions.size(); ++level) {
    logits.push_back(s.predictions[level].logits);
    deltas.push_back(testing::anchor_rows(s.predictions[level].deltas, 4)
                         .index_select(0, targets.levels[level].positives));
  }
  const auto losses = criterion.per_level(logits, torch::cat(deltas), s.anchors, targets);
  EXPECT_EQ(criterion.normalizer().average(), LossNormalizer::kInitialAverage);
  const auto out = criterion(logits, torch::cat(deltas), s.anchors, targets);
  ASSERT_EQ(losses.size(), 5);
  double classification = 0, box = 0;
  for (const LevelLosses& level : losses) {
    classification += level.classification;
    box += level.box;
  }
  EXPECT_NEAR(classification, out.classification.item<double>(), 1e-9);
  EXPECT_NEAR(box, out.box.item<double>(), 1e-9);
  EXPECT_GT(losses[0].box, 0);

  logits[1] = torch::full_like(logits[1], std::numeric_limits<double>::quiet_NaN());
  const auto broken = criterion.per_level(logits, torch::cat(deltas), s.anchors, targets);
  for (size_t level = 0; level < broken.size(); ++level) {
    EXPECT_EQ(std::isnan(broken[level].classification), level == 1) << level;
    EXPECT_TRUE(std::isfinite(broken[level].box)) << level;
  }
}

TEST(Targets, LabelsAndPositivesAreSplitByLevelInTheOrderOfTheAnchors) {
  const auto f = [](std::vector<float> v) { return torch::tensor(v).view({-1, 4}); };
  const std::vector<torch::Tensor> anchors = {f({0, 0, 10, 10, 20, 0, 30, 10}), f({0, 0, 40, 40})};
  const auto [levels, positives_per_image] =
      assign_targets(Matcher(), anchors,
                     {truth({20, 0, 30, 10}, {4}), truth({0, 0, 40, 38, 0, 0, 10, 10}, {2, 3})}, 5);
  EXPECT_TRUE(
      torch::equal(levels[0].labels,
                   torch::tensor({kBackground, int64_t{4}, int64_t{3}, kBackground}).view({2, 2})));
  EXPECT_TRUE(
      torch::equal(levels[1].labels, torch::tensor({kBackground, int64_t{2}}).view({2, 1})));
  EXPECT_TRUE(torch::equal(levels[0].positives, torch::tensor({int64_t{1}, int64_t{2}})));
  EXPECT_TRUE(torch::equal(levels[0].boxes, f({20, 0, 30, 10, 0, 0, 10, 10})));
  EXPECT_TRUE(torch::equal(levels[1].positives, torch::tensor({int64_t{1}})));
  EXPECT_TRUE(torch::equal(levels[0].images, torch::tensor({int64_t{0}, int64_t{1}})));
  EXPECT_TRUE(torch::equal(levels[1].images, torch::tensor({int64_t{1}})));
  EXPECT_EQ(positives_per_image, (std::vector<int64_t>{1, 2}));
}

/// The sums of the two images alone, each undivided.
std::pair<double, double> sum_of_image(const Scene& s, const LossConfig& config, int64_t n) {
  Predictions predictions;
  for (const auto& level : s.predictions) {
    predictions.push_back({level.logits.narrow(0, n, 1), level.deltas.narrow(0, n, 1)});
  }
  const auto out = Criterion(config, kClasses)(predictions, s.anchors, {s.targets[n]});
  const auto divisor = static_cast<double>(std::max<int64_t>(1, out.num_positives));
  return {out.classification.item<double>() * divisor, out.box.item<double>() * divisor};
}

TEST(Criterion, NormalizerOfEachImageAveragesTheImagesOwnLosses) {
  auto s = scene(torch::kFloat64);
  s.targets[1] = truth({10, 10, 30, 34}, {1});
  LossConfig config;
  const auto [cls_0, box_0] = sum_of_image(s, config, 0);
  const auto [cls_1, box_1] = sum_of_image(s, config, 1);
  const auto positives =
      assign_targets(Matcher(), s.anchors, s.targets, kClasses).positives_per_image;
  ASSERT_NE(positives[0], positives[1]);
  const auto p_0 = static_cast<double>(positives[0]), p_1 = static_cast<double>(positives[1]);
  config.normalizer = NormalizerKind::kImage;
  const auto out = Criterion(config, kClasses)(s.predictions, s.anchors, s.targets);
  EXPECT_NEAR(out.classification.item<double>(), (cls_0 / p_0 + cls_1 / p_1) / 2, 1e-9);
  EXPECT_NEAR(out.box.item<double>(), (box_0 / p_0 + box_1 / p_1) / 2, 1e-9);
  // The gradient is the image's own, too: that of image 1 doesn't know of image 0's positives.
  out.total().backward();
  const auto both = s.predictions[1].logits.grad().select(0, 1).clone();
  for (auto& level : s.predictions) level.logits.mutable_grad() = torch::Tensor();
  Predictions alone;
  for (const auto& level : s.predictions) {
    alone.push_back({level.logits.narrow(0, 1, 1), level.deltas.narrow(0, 1, 1)});
  }
  Criterion(config, kClasses)(alone, s.anchors, {s.targets[1]}).total().backward();
  const auto single = s.predictions[1].logits.grad().select(0, 1);
  EXPECT_LT((single - 2 * both).abs().max().item<double>(), 1e-12);
}

TEST(Criterion, MovingAverageRemembersTheBatchesBefore) {
  const auto s = scene(torch::kFloat64);
  LossConfig config;
  Criterion batch(config, kClasses);
  config.normalizer = NormalizerKind::kMovingAverage;
  Criterion average(config, kClasses);
  const auto plain_loss = batch(s.predictions, s.anchors, s.targets);
  const auto positives = static_cast<double>(plain_loss.num_positives);
  double expected_average = 100;
  for (int step = 0; step < 3; ++step) {
    const auto out = average(s.predictions, s.anchors, s.targets);
    expected_average = 0.9 * expected_average + 0.1 * positives;
    EXPECT_NEAR(out.total().item<double>(),
                plain_loss.total().item<double>() * positives / expected_average, 1e-9);
  }
  EXPECT_NEAR(average.normalizer().average(), expected_average, 1e-9);
}

TEST(Targets, ALabelOutsideTheClassesIsCaughtBeforeTheKernelWritesThere) {
  const std::vector<torch::Tensor> anchors = {torch::tensor({0.0F, 0.0F, 9.0F, 9.0F}).view({1, 4})};
  EXPECT_THROW(assign_targets(Matcher(), anchors, {truth({0, 0, 9, 9}, {3})}, 3), InternalError);
  EXPECT_THROW(assign_targets(Matcher(), anchors, {truth({0, 0, 9, 9}, {-1})}, 3), InternalError);
}

TEST(Criterion, DisagreeingShapesAreCaughtWithTheLevel) {
  auto s = scene(torch::kFloat64);
  s.anchors[3] = s.anchors[3].slice(0, 1);
  try {
    Criterion({}, kClasses)(s.predictions, s.anchors, s.targets);
    FAIL() << "expected an InternalError";
  } catch (const InternalError& error) {
    EXPECT_NE(std::string(error.what()).find("level 3"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace rn
