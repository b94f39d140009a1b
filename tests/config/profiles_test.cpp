#include "config/profiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "config/load.h"
#include "core/error.h"

namespace rn {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

AppConfig published(const std::string& name, const std::vector<std::string>& overrides = {}) {
  return load_config(std::string(RN_SOURCE_DIR) + "/configs/profiles/" + name + ".json", overrides);
}

void expect_common(const AppConfig& c) {
  EXPECT_THAT(c.model.anchors.sizes, ElementsAre(32, 64, 128, 256, 512));
  EXPECT_THAT(c.model.anchors.scales,
              ElementsAre(1, DoubleNear(1.259921, 1e-6), DoubleNear(1.587401, 1e-6)));
  EXPECT_THAT(c.model.anchors.aspect_ratios, ElementsAre(0.5, 1, 2));
  EXPECT_EQ(c.model.backbone.norm_eps, 1e-5);
  EXPECT_EQ(c.loss.classification.kind, ClassificationKind::kFocal);
  EXPECT_EQ(c.loss.classification.alpha, 0.25);
  EXPECT_EQ(c.loss.classification.gamma, 2.0);
  EXPECT_EQ(c.loss.matcher.positive_iou, 0.5);
  EXPECT_EQ(c.loss.matcher.negative_iou, 0.4);
  EXPECT_TRUE(c.loss.matcher.low_quality);
  EXPECT_FALSE(c.loss.matcher.ignore_crowds);
  EXPECT_EQ(c.data.short_side, 800);
  EXPECT_EQ(c.data.long_side, 1333);
  EXPECT_EQ(c.data.pad_divisor, 32);
  EXPECT_EQ(c.predict.score_threshold, 0.05);
  EXPECT_EQ(c.predict.top_k, 1000);
  EXPECT_EQ(c.predict.nms_threshold, 0.5);
  EXPECT_EQ(c.train.batch_size, 16);
  EXPECT_EQ(c.train.clip_norm, 0);
}

void expect_torchvision(const AppConfig& c) {
  expect_common(c);
  EXPECT_EQ(c.model.anchors.rounding, AnchorRounding::kTorchvision);
  EXPECT_EQ(c.model.anchors.stride, AnchorStride::kPadded);
  EXPECT_FALSE(c.model.backbone.stride_in_1x1);
  EXPECT_EQ(c.data.resize, ResizeRule::kTorchvision);
  EXPECT_EQ(c.data.labels, LabelRule::kCategoryId);
  EXPECT_THAT(c.data.mean, ElementsAre(0.485, 0.456, 0.406));
  EXPECT_THAT(c.data.std, ElementsAre(0.229, 0.224, 0.225));
  EXPECT_EQ(c.loss.normalizer, NormalizerKind::kImage);
  EXPECT_EQ(c.predict.max_detections, 300);
  EXPECT_EQ(c.predict.clip, ClipBoxes::kBeforeNms);
  EXPECT_FALSE(c.predict.drop_empty);
  EXPECT_EQ(c.train.epochs, 26);
  EXPECT_THAT(c.train.schedule.milestones, ElementsAre(16, 22));
}

TEST(Profiles, TorchvisionV1) {
  const AppConfig c = published("torchvision_v1");
  expect_torchvision(c);
  EXPECT_EQ(c.model.profile, Profile::kTorchvisionV1);
  EXPECT_EQ(c.model.backbone.norm, Norm::kFrozenBatchNorm);
  EXPECT_EQ(c.model.backbone.frozen_stages, 2);
  EXPECT_EQ(c.model.fpn.p6_from, P6Source::kP5);
  EXPECT_EQ(c.model.head.norm, HeadNorm::kNone);
  EXPECT_EQ(c.loss.box.kind, BoxLossKind::kL1);
  EXPECT_EQ(c.train.optimizer.kind, OptimizerKind::kSgd);
  EXPECT_TRUE(c.train.optimizer.decay_norms && c.train.optimizer.decay_biases);
}

TEST(Profiles, TorchvisionV2) {
  const AppConfig c = published("torchvision_v2");
  expect_torchvision(c);
  EXPECT_EQ(c.model.backbone.norm, Norm::kBatchNorm);
  EXPECT_EQ(c.model.backbone.frozen_stages, 0);
  EXPECT_EQ(c.model.fpn.p6_from, P6Source::kC5);
  EXPECT_EQ(c.model.head.norm, HeadNorm::kGroupNorm);
  EXPECT_EQ(c.loss.box.kind, BoxLossKind::kGiou);
  EXPECT_EQ(c.train.optimizer.kind, OptimizerKind::kAdamW);
  EXPECT_FALSE(c.train.optimizer.decay_norms);
  EXPECT_EQ(c.data.augment.short_sides.front(), 480);
}

TEST(Profiles, Detectron2) {
  const AppConfig c = published("detectron2");
  expect_common(c);
  EXPECT_EQ(c.model.anchors.rounding, AnchorRounding::kNone);
  EXPECT_EQ(c.model.anchors.stride, AnchorStride::kNominal);
  EXPECT_EQ(c.model.backbone.norm, Norm::kFrozenBatchNorm);
  EXPECT_EQ(c.model.backbone.frozen_stages, 2);
  EXPECT_TRUE(c.model.backbone.stride_in_1x1);
  EXPECT_EQ(c.model.fpn.p6_from, P6Source::kC5);
  EXPECT_EQ(c.model.head.norm, HeadNorm::kNone);
  EXPECT_EQ(c.data.resize, ResizeRule::kDetectron2);
  EXPECT_EQ(c.data.labels, LabelRule::kContiguous);
  EXPECT_EQ(c.loss.box.kind, BoxLossKind::kL1);
  EXPECT_EQ(c.loss.normalizer, NormalizerKind::kMovingAverage);
  EXPECT_EQ(c.predict.max_detections, 100);
  EXPECT_EQ(c.predict.clip, ClipBoxes::kAfterNms);
  EXPECT_TRUE(c.predict.drop_empty);
  // (v / 255 - mean) / std = v - 123.675 for red, and so on: detectron2's pixels, in our order.
  EXPECT_NEAR((200 / 255.0 - c.data.mean[0]) / c.data.std[0], 200 - 123.675, 1e-9);
  EXPECT_NEAR((200 / 255.0 - c.data.mean[1]) / c.data.std[1], 200 - 116.28, 1e-9);
  EXPECT_NEAR((200 / 255.0 - c.data.mean[2]) / c.data.std[2], 200 - 103.53, 1e-9);
}

TEST(Profiles, TheDefaultIsTheModernOne) {
  const AppConfig c;
  EXPECT_EQ(c.model.profile, Profile::kModern);
  EXPECT_EQ(c.model.anchors.rounding, AnchorRounding::kNone);
  EXPECT_EQ(c.model.anchors.stride, AnchorStride::kNominal);
  EXPECT_EQ(c.model.fpn.p6_from, P6Source::kC5);
  EXPECT_EQ(c.loss.box.kind, BoxLossKind::kGiou);
  EXPECT_EQ(c.loss.normalizer, NormalizerKind::kBatch);
}

TEST(Profiles, KeysOfFilesAndOfTheCommandLineWinOverTheProfile) {
  const AppConfig c = published("torchvision_v1", {"model.fpn.p6_from=c5", "data.short_side=640"});
  EXPECT_EQ(c.model.fpn.p6_from, P6Source::kC5);
  EXPECT_EQ(c.data.short_side, 640);
  EXPECT_EQ(c.model.anchors.stride, AnchorStride::kPadded);
}

TEST(Profiles, TheProfileThatIsNamedLastDecides) {
  const AppConfig c = published("torchvision_v1", {"model.profile=detectron2"});
  EXPECT_EQ(c.model.profile, Profile::kDetectron2);
  EXPECT_EQ(c.predict.max_detections, 100);
  EXPECT_EQ(c.model.anchors.stride, AnchorStride::kNominal);
}

TEST(Profiles, AResolvedConfigReadsBackToItself) {
  const AppConfig c = published("detectron2");
  const std::string file = testing::TempDir() + "/resolved.json";
  std::ofstream(file) << dump_config(c);
  EXPECT_EQ(dump_config(load_config(file, {})), dump_config(c));
}

TEST(Profiles, AnUnknownProfileIsAnErrorWithTheKnownOnes) {
  try {
    published("torchvision_v1", {"model.profile=torchvision"});
    FAIL() << "expected an Error";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("--set: model.profile"));
    EXPECT_THAT(e.what(), HasSubstr("torchvision_v1"));
  }
}

}  // namespace
}  // namespace rn
