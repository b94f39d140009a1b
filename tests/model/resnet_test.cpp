#include "model/resnet.h"

#include <gtest/gtest.h>

#include <tuple>

#include "model/parameters.h"

namespace rn {
namespace {

BackboneConfig backbone(BackboneName name, Norm norm, int64_t frozen_stages = 0) {
  BackboneConfig config;
  config.name = name;
  config.norm = norm;
  config.frozen_stages = frozen_stages;
  return config;
}

// torchvision's documented counts of the classifiers, less the layer of 1000 classes.
TEST(ResNet, ParameterCountsAreTorchvisionsWithoutTheClassifier) {
  const std::tuple<BackboneName, int64_t, int64_t> networks[] = {
      {BackboneName::kResNet18, 11'689'512, 512},   {BackboneName::kResNet34, 21'797'672, 512},
      {BackboneName::kResNet50, 25'557'032, 2048},  {BackboneName::kResNet101, 44'549'160, 2048},
      {BackboneName::kResNet152, 60'192'808, 2048}, {BackboneName::kResNeXt50, 25'028'904, 2048},
      {BackboneName::kResNeXt101, 88'791'336, 2048}};
  for (const auto& [name, classifier, features] : networks) {
    const ResNet body(backbone(name, Norm::kBatchNorm));
    EXPECT_EQ(count_parameters(*body), classifier - (features * 1000 + 1000)) << enum_name(name);
    EXPECT_EQ(body->channels()[2], features);
  }
}

TEST(ResNet, FrozenStagesNeedNoGradientAndTheRestDoes) {
  for (int64_t frozen = 0; frozen <= 5; ++frozen) {
    const ResNet body(backbone(BackboneName::kResNet18, Norm::kBatchNorm, frozen));
    for (const auto& item : body->named_parameters()) {
      const int64_t stage = item.key().starts_with("layer") ? item.key()[5] - '0' + 1 : 1;
      EXPECT_EQ(item.value().requires_grad(), stage > frozen) << item.key() << " " << frozen;
    }
  }
}

TEST(ResNet, FrozenStagesKeepTheirStatisticsAfterTrain) {
  ResNet body(backbone(BackboneName::kResNet18, Norm::kBatchNorm, 2));
  body->eval();
  body->train();
  body->train(true);
  std::map<std::string, torch::Tensor> before;
  for (const auto& item : body->named_buffers()) before[item.key()] = item.value().clone();
  body->forward(torch::randn({2, 3, 64, 64}));
  for (const auto& item : body->named_buffers()) {
    const bool frozen = !item.key().starts_with("layer") || item.key().starts_with("layer1");
    EXPECT_EQ(item.value().equal(before[item.key()]), frozen) << item.key();
  }
}

TEST(ResNet, FrozenBatchNormHasNoParameters) {
  const ResNet body(backbone(BackboneName::kResNet18, Norm::kFrozenBatchNorm));
  for (const auto& item : body->named_parameters()) {
    EXPECT_EQ(item.key().find("bn"), std::string::npos) << item.key();
  }
  EXPECT_EQ(body->named_buffers().size(), 20u * 4);
}

TEST(ResNet, StrideOfABottleneckIsInTheMiddle) {
  const ResNet body(backbone(BackboneName::kResNet50, Norm::kBatchNorm));
  for (const auto& item : body->named_modules()) {
    const auto* conv = item.value()->as<torch::nn::Conv2d>();
    if (conv == nullptr || item.key().find(".0.conv") == std::string::npos) continue;
    const bool strided = item.key().ends_with("conv2") && !item.key().starts_with("layer1");
    EXPECT_EQ(conv->options.stride()->at(0), strided ? 2 : 1) << item.key();
  }
}

TEST(ResNet, StrideCanBeInTheFirst1x1AsInDetectron2) {
  BackboneConfig config = backbone(BackboneName::kResNet50, Norm::kBatchNorm);
  config.stride_in_1x1 = true;
  ResNet body(config);
  for (const auto& item : body->named_modules()) {
    const auto* conv = item.value()->as<torch::nn::Conv2d>();
    if (conv == nullptr || item.key().find(".0.conv") == std::string::npos) continue;
    const bool strided = item.key().ends_with("conv1") && !item.key().starts_with("layer1");
    EXPECT_EQ(conv->options.stride()->at(0), strided ? 2 : 1) << item.key();
  }
  const torch::NoGradGuard no_grad;
  const auto features = body->forward(torch::randn({1, 3, 96, 65}));
  EXPECT_EQ(features[0].sizes(), (std::vector<int64_t>{1, 512, 12, 9}));
  EXPECT_EQ(features[2].sizes(), (std::vector<int64_t>{1, 2048, 3, 3}));
}

TEST(ResNet, NormEpsReachesEveryNorm) {
  BackboneConfig config = backbone(BackboneName::kResNet18, Norm::kFrozenBatchNorm);
  const auto x = torch::rand({1, 3, 64, 64});
  const auto c5 = [&](double eps) {
    config.norm_eps = eps;
    torch::manual_seed(4);
    const torch::NoGradGuard no_grad;
    return ResNet(config)->forward(x)[2];
  };
  // Variances are 1 and biases 0, so every norm with eps = 3 halves what it sees: with the identity
  // paths, C5 is at most half of what it is with eps = 0.
  const auto sharp = c5(0.0), dull = c5(3.0);
  EXPECT_LT(dull.norm().item<double>(), 0.5 * sharp.norm().item<double>());
  EXPECT_NEAR((c5(1e-7) - sharp).norm().item<double>() / sharp.norm().item<double>(), 0, 1e-5);
}

TEST(ResNet, ConvolutionsBeginAtKaimingFanOut) {
  torch::manual_seed(1);
  const ResNet body(backbone(BackboneName::kResNet18, Norm::kBatchNorm));
  const torch::Tensor weight = body->named_parameters()["layer3.1.conv2.weight"];
  EXPECT_NEAR(weight.std().item<double>(), std::sqrt(2.0 / (256 * 9)), 2e-4);
}

}  // namespace
}  // namespace rn
