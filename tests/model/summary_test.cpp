#include "model/summary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "model/parameters.h"

namespace rn {
namespace {

ModelConfig tiny() {
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet18;
  config.fpn.channels = 16;
  return config;
}

ModelSummary summary_of(const ModelConfig& config, const ImageSize& input, int64_t classes = 3) {
  return summarize(RetinaNet(config, classes), input, /*bytes_per_value=*/4);
}

const StageSummary& stage(const ModelSummary& summary, const std::string& name) {
  for (const StageSummary& stage : summary.stages) {
    if (stage.name == name) return stage;
  }
  throw std::out_of_range(name);
}

// torchvision's retinanet_resnet50_fpn and _v2 with 91 classes, as its documentation gives them.
TEST(ModelSummary, CountsThePublishedParameters) {
  ModelConfig v1;
  v1.fpn.p6_from = P6Source::kP5;
  EXPECT_EQ(summary_of(v1, {64, 64}, 91).total.parameters, 34'014'999);
  ModelConfig v2;
  v2.backbone.norm = Norm::kBatchNorm;
  v2.head.norm = HeadNorm::kGroupNorm;
  EXPECT_EQ(summary_of(v2, {64, 64}, 91).total.parameters, 38'198'935);
}

TEST(ModelSummary, StagesHoldAllParametersAndSayWhichAreFrozen) {
  ModelConfig config = tiny();
  config.backbone.norm = Norm::kBatchNorm;
  config.backbone.frozen_stages = 2;
  const RetinaNet model(config, 3);
  const ModelSummary summary = summarize(model, {64, 64}, 4);
  EXPECT_EQ(summary.total.parameters, count_parameters(*model));
  int64_t trained = 0;
  for (const auto& parameter : trainable_parameters(*model)) trained += parameter.tensor.numel();
  EXPECT_EQ(summary.total.parameters - summary.total.frozen, trained);
  EXPECT_EQ(stage(summary, "stem").frozen, 64 * 3 * 49 + 2 * 64);
  EXPECT_EQ(stage(summary, "layer1").frozen, stage(summary, "layer1").parameters);
  EXPECT_EQ(stage(summary, "layer2").frozen, 0);
}

TEST(ModelSummary, CountsProductsAsByHand) {
  const ModelSummary summary = summary_of(tiny(), {64, 64});
  EXPECT_EQ(stage(summary, "stem").macs, 32 * 32 * 64 * 3 * 49);
  EXPECT_EQ(stage(summary, "layer1").macs, 4 * 16 * 16 * 64 * 64 * 9);
  // The first convolution and the shortcut read 64 channels.
  EXPECT_EQ(stage(summary, "layer2").macs, 8 * 8 * 128 * (64 * 9 + 64 + 3 * 128 * 9));
  EXPECT_EQ(stage(summary, "layer4").macs, 2 * 2 * 512 * (256 * 9 + 256 + 3 * 512 * 9));
  EXPECT_EQ(stage(summary, "P3").macs, 8 * 8 * 16 * (128 + 16 * 9));
  EXPECT_EQ(stage(summary, "P6").macs, 1 * 16 * 512 * 9);
  EXPECT_EQ(stage(summary, "P7").macs, 1 * 16 * 16 * 9);
  const int cells = 64 + 16 + 4 + 1 + 1;
  EXPECT_EQ(stage(summary, "class tower").macs, 4 * cells * 16 * 16 * 9);
  EXPECT_EQ(stage(summary, "box tower").macs, 4 * cells * 16 * 16 * 9);
  EXPECT_EQ(stage(summary, "class output").macs, cells * 9 * 3 * 16 * 9);
  EXPECT_EQ(stage(summary, "box output").macs, cells * 9 * 4 * 16 * 9);
}

TEST(ModelSummary, GroupsOfResNeXtShareTheProducts) {
  ModelConfig config = tiny();
  config.backbone.name = BackboneName::kResNeXt50;
  // 3 blocks of 1x1 to 128, 3x3 in 32 groups of 4, 1x1 to 256; the first reads 64 and a shortcut.
  const int64_t products = 128 * 64 + 2 * 128 * 256 + 3 * (128 * 4 * 9 + 256 * 128) + 256 * 64;
  EXPECT_EQ(stage(summary_of(config, {64, 64}), "layer1").macs, 16 * 16 * products);
}

TEST(ModelSummary, ShapesAreThoseOfTheNetwork) {
  RetinaNet model(tiny(), 3);
  const ModelSummary summary = summarize(model, {90, 130}, 4);
  const auto levels = model->features(torch::zeros({1, 3, 90, 130}));
  for (size_t l = 0; l < levels.size(); ++l) {
    EXPECT_EQ(summary.levels[l].cells, (ImageSize{levels[l].size(2), levels[l].size(3)})) << l;
    EXPECT_EQ(stage(summary, "P" + std::to_string(l + 3)).channels, levels[l].size(1)) << l;
  }
  EXPECT_EQ(stage(summary, "layer3").maps[0], (ImageSize{6, 9}));
  EXPECT_EQ(stage(summary, "layer3").stride, 16);
}

TEST(ModelSummary, KeepsTheMapsThatTheBackwardPassReads) {
  ModelConfig config = tiny();
  const ModelSummary frozen_norm = summary_of(config, {64, 64});
  // conv1's output, the pooling's, and its indices of 8 bytes
  EXPECT_EQ(stage(frozen_norm, "stem").kept_bytes,
            4 * (32 * 32 * 64 + 16 * 16 * 64) + 8 * 16 * 16 * 64);
  EXPECT_EQ(stage(frozen_norm, "layer1").kept_bytes, 4 * 4 * 16 * 16 * 64);
  EXPECT_EQ(stage(frozen_norm, "P3").kept_bytes, 4 * 2 * 8 * 8 * 16);
  EXPECT_EQ(stage(frozen_norm, "P7").kept_bytes, 4 * 2 * 16);
  config.backbone.norm = Norm::kBatchNorm;
  const ModelSummary norm = summary_of(config, {64, 64});
  EXPECT_EQ(stage(norm, "layer1").kept_bytes, 2 * stage(frozen_norm, "layer1").kept_bytes);
  EXPECT_EQ(stage(norm, "layer2").kept_bytes, 4 * (2 * 4 + 1) * 8 * 8 * 128);
  config.backbone.frozen_stages = 2;
  const ModelSummary frozen = summary_of(config, {64, 64});
  EXPECT_EQ(stage(frozen, "stem").kept_bytes, 0);
  EXPECT_EQ(stage(frozen, "layer1").kept_bytes, 4 * 16 * 16 * 64);  // layer2's input
  EXPECT_EQ(stage(frozen, "layer2").kept_bytes, stage(norm, "layer2").kept_bytes);
  EXPECT_EQ(summarize(RetinaNet(config, 3), {64, 64}, 2).total.kept_bytes * 2,
            frozen.total.kept_bytes);
}

TEST(ModelSummary, ReceptiveFieldsFollowTheStride) {
  ModelConfig config;
  EXPECT_EQ(stage(summary_of(config, {64, 64}), "layer4").receptive_field, 427);
  config.backbone.stride_in_1x1 = true;
  EXPECT_EQ(stage(summary_of(config, {64, 64}), "layer4").receptive_field, 483);
  config.backbone.name = BackboneName::kResNet101;
  const ModelSummary summary = summary_of(config, {64, 64});
  EXPECT_EQ(stage(summary, "stem").receptive_field, 11);
  EXPECT_EQ(stage(summary, "layer4").receptive_field, 1027);  // Araujo et al. 2019
  EXPECT_EQ(stage(summary, "P5").receptive_field, 1027 + 2 * 32);
  EXPECT_EQ(summary.levels[2].head_receptive_field, 1027 + 12 * 32);
}

TEST(ModelSummary, AnchorsAreThePapers) {
  const ModelSummary summary = summary_of(tiny(), {800, 1088});
  // 13600 + 3400 + 850 + 13 * 17 + 7 * 9 cells of 9 anchors each
  EXPECT_EQ(summary.num_anchors(), (13600 + 3400 + 850 + 221 + 63) * 9);
  const auto& p3 = summary.levels[0].anchors;
  ASSERT_EQ(p3.size(), 9U);
  EXPECT_NEAR(p3[0][0], 32 * std::sqrt(2.0), 1e-3);  // ratio 0.5: wide
  EXPECT_NEAR(p3[0][1], 32 / std::sqrt(2.0), 1e-3);
  EXPECT_NEAR(p3[4][0], 32 * std::cbrt(2.0), 1e-3);  // ratio 1, second scale
  EXPECT_NEAR(summary.levels[4].anchors[8][1], 512 * std::cbrt(4.0) * std::sqrt(2.0), 1e-3);
}

}  // namespace
}  // namespace rn
