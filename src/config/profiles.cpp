#include "config/profiles.h"

namespace rn {
namespace {

/// What the three systems share, so that it stays theirs if a default of ours changes.
void apply_common(AppConfig& config) {
  config.model.anchors = AnchorConfig{};
  config.model.anchors.sizes = {32, 64, 128, 256, 512};
  config.model.anchors.aspect_ratios = {0.5, 1.0, 2.0};
  config.model.fpn.channels = 256;
  config.model.head.num_convs = 4;
  config.model.head.prior_probability = 0.01;
  config.model.backbone.norm_eps = 1e-5;
  config.data.short_side = 800;
  config.data.long_side = 1333;
  config.data.pad_divisor = 32;
  config.data.mean = {0.485, 0.456, 0.406};
  config.loss.classification.kind = ClassificationKind::kFocal;
  config.loss.classification.alpha = 0.25;
  config.loss.classification.gamma = 2.0;
  config.loss.matcher.positive_iou = 0.5;
  config.loss.matcher.negative_iou = 0.4;
  config.loss.matcher.low_quality = true;
  config.loss.matcher.ignore_crowds = false;  // crowds are left out of their data sets
  config.predict.score_threshold = 0.05;
  config.predict.top_k = 1000;
  config.predict.nms_threshold = 0.5;
}

void apply_torchvision(AppConfig& config) {
  apply_common(config);
  config.model.anchors.rounding = AnchorRounding::kTorchvision;
  config.model.anchors.stride = AnchorStride::kPadded;
  config.model.backbone.stride_in_1x1 = false;
  config.data.resize = ResizeRule::kTorchvision;
  config.data.std = {0.229, 0.224, 0.225};
  config.data.labels = LabelRule::kCategoryId;
  config.loss.normalizer = NormalizerKind::kImage;
  config.predict.max_detections = 300;
  config.predict.clip = ClipBoxes::kBeforeNms;
  config.predict.drop_empty = false;
}

void apply_torchvision_v1(AppConfig& config) {
  apply_torchvision(config);
  config.model.backbone.norm = Norm::kFrozenBatchNorm;
  config.model.backbone.frozen_stages = 2;
  config.model.fpn.p6_from = P6Source::kP5;
  config.model.head.norm = HeadNorm::kNone;
  config.loss.box.kind = BoxLossKind::kL1;
}

void apply_torchvision_v2(AppConfig& config) {
  apply_torchvision(config);
  config.model.backbone.norm = Norm::kBatchNorm;
  config.model.backbone.frozen_stages = 0;
  config.model.fpn.p6_from = P6Source::kC5;
  config.model.head.norm = HeadNorm::kGroupNorm;
  config.loss.box.kind = BoxLossKind::kGiou;
}

void apply_detectron2(AppConfig& config) {
  apply_common(config);
  config.model.anchors.rounding = AnchorRounding::kNone;
  config.model.anchors.stride = AnchorStride::kNominal;
  config.model.backbone.norm = Norm::kFrozenBatchNorm;
  config.model.backbone.stride_in_1x1 = true;
  config.model.backbone.frozen_stages = 2;
  config.model.fpn.p6_from = P6Source::kC5;
  config.model.head.norm = HeadNorm::kNone;
  config.data.resize = ResizeRule::kDetectron2;
  config.data.std = {1 / 255.0, 1 / 255.0, 1 / 255.0};  // pixels of 0..255, std 1
  config.data.labels = LabelRule::kContiguous;
  config.loss.box.kind = BoxLossKind::kL1;  // smooth L1 with beta 0
  config.loss.normalizer = NormalizerKind::kMovingAverage;
  config.predict.max_detections = 100;
  config.predict.clip = ClipBoxes::kAfterNms;
  config.predict.drop_empty = true;
}

}  // namespace

void apply_profile(Profile profile, AppConfig& config) {
  config.model.profile = profile;
  switch (profile) {
    case Profile::kModern:
      return;
    case Profile::kTorchvisionV1:
      return apply_torchvision_v1(config);
    case Profile::kTorchvisionV2:
      return apply_torchvision_v2(config);
    case Profile::kDetectron2:
      return apply_detectron2(config);
  }
}

}  // namespace rn
