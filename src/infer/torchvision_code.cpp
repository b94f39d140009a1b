#include "infer/torchvision_code.h"

#include <cmath>

#include "core/error.h"
#include "core/json.h"

namespace rn {
namespace {

bool has_bottlenecks(BackboneName name) {
  return name != BackboneName::kResNet18 && name != BackboneName::kResNet34;
}

/// Convolutions in each tower of torchvision's heads.
constexpr int64_t kTowerConvs = 4;

void check_expressible(const ModelConfig& model, const DetectorConfig& detector) {
  if (model.head.num_convs > kTowerConvs) {
    fail("model.head.num_convs: found {}, but torchvision's heads have {} convolutions at most",
         model.head.num_convs, kTowerConvs);
  }
  if (model.backbone.stride_in_1x1 && has_bottlenecks(model.backbone.name)) {
    fail(
        "model.backbone.stride_in_1x1 is true, but torchvision's bottlenecks have their stride in "
        "the 3x3 convolution; the weights would mean something else there");
  }
  if (detector.score_activation != ScoreActivation::kSigmoid) {
    fail("the model was trained with softmax_focal, but torchvision scores with a sigmoid");
  }
  const int64_t c5 = has_bottlenecks(model.backbone.name) ? 2048 : 512;
  if (model.fpn.p6_from == P6Source::kC5 && model.fpn.channels == c5) {
    fail(
        "model.fpn.channels: found {}, as many as C5 has; torchvision then takes P6 from P5, this "
        "model from C5",
        c5);
  }
}

std::string numbers(const std::vector<double>& values) {
  return fmt::format("({},)", fmt::join(values, ", "));
}

/// ((32, 40, 50), ...): a level's sizes, whole where torchvision's are.
std::string sizes_text(const AnchorConfig& anchors) {
  std::string text;
  for (const double size : anchors.sizes) {
    std::vector<double> level;
    for (const double scale : anchors.scales) {
      const double side = size * scale;
      level.push_back(anchors.rounding == AnchorRounding::kTorchvision ? std::trunc(side) : side);
    }
    text += numbers(level) + ", ";
  }
  return "(" + text + ")";
}

std::string norm_text(const BackboneConfig& backbone) {
  switch (backbone.norm) {
    case Norm::kFrozenBatchNorm:
      return fmt::format("partial(FrozenBatchNorm2d, eps={})", backbone.norm_eps);
    case Norm::kBatchNorm:
      return fmt::format("partial(torch.nn.BatchNorm2d, eps={})", backbone.norm_eps);
    case Norm::kGroupNorm:
      return fmt::format("partial(torch.nn.GroupNorm, {}, eps={})", kNormGroups, backbone.norm_eps);
  }
  return {};
}

std::vector<std::string> departures(const ModelConfig& model, const DetectorConfig& detector) {
  std::vector<std::string> found;
  if (model.anchors.rounding != AnchorRounding::kTorchvision) {
    found.emplace_back("torchvision rounds the anchors to whole pixels");
  }
  if (model.anchors.stride != AnchorStride::kPadded) {
    found.emplace_back(
        "torchvision's strides of P6 and P7 are smaller for sizes that 128 doesn't divide");
  }
  if (detector.preprocess.resize != ResizeRule::kTorchvision) {
    found.emplace_back("torchvision resizes without antialiasing");
  }
  if (detector.preprocess.pad_divisor != 32) {
    found.emplace_back("torchvision pads to a multiple of 32");
  }
  if (detector.predict.clip != ClipBoxes::kBeforeNms) {
    found.emplace_back("torchvision clips boxes before it suppresses them");
  }
  if (detector.predict.drop_empty) {
    found.emplace_back("torchvision keeps boxes that the clipping leaves empty");
  }
  return found;
}

/// Takes convolutions off both towers where the model has fewer.
std::string shorter_towers(int64_t num_convs) {
  if (num_convs == kTowerConvs) return {};
  return fmt::format(
      "for part in (head.classification_head, head.regression_head):\n"
      "    part.conv = part.conv[:{}]\n",
      num_convs);
}

/// {1: "person", 2: "bicycle", ...}: a label is the index of its logit.
std::string labels_text(const std::vector<Category>& categories) {
  std::string text;
  for (size_t k = 0; k < categories.size(); ++k) {
    if (!categories[k].is_used()) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", k, json_text(categories[k].name));
  }
  return "{" + text + "}";
}

}  // namespace

TorchvisionCode torchvision_code(const ModelConfig& model, const DetectorConfig& detector,
                                 const std::vector<Category>& categories,
                                 const std::string& weights) {
  check_expressible(model, detector);
  const int64_t width = has_bottlenecks(model.backbone.name) ? 4 : 1;
  const int64_t p6_in = model.fpn.p6_from == P6Source::kC5 ? 512 * width : model.fpn.channels;
  const bool has_norm = model.head.norm == HeadNorm::kGroupNorm;
  std::string text = fmt::format(
      R"(# Builds the model of {0} with torchvision 0.14 or newer, and fills it.
from functools import partial

import torch
import torchvision
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.retinanet import RetinaNet, RetinaNetHead
from torchvision.ops.feature_pyramid_network import LastLevelP6P7
from torchvision.ops.misc import FrozenBatchNorm2d

body = torchvision.models.{1}(norm_layer={2})
backbone = BackboneWithFPN(body, {{"layer2": "0", "layer3": "1", "layer4": "2"}},
                           [{3}, {4}, {5}], {6}, LastLevelP6P7({7}, {6}))
)",
      json_text(weights), enum_name(model.backbone.name), norm_text(model.backbone), 128 * width,
      256 * width, 512 * width, model.fpn.channels, p6_in);
  text += fmt::format(
      R"(anchors = AnchorGenerator({0}, ({1},) * {2})
head = RetinaNetHead({3}, anchors.num_anchors_per_location()[0], {4}{5})
{16}model = RetinaNet(backbone, {4}, anchor_generator=anchors, head=head,
                  min_size={6}, max_size={7}, image_mean={8}, image_std={9},
                  score_thresh={10}, nms_thresh={11}, detections_per_img={12}, topk_candidates={13})
model.load_state_dict(torch.load({14}, weights_only=True), strict=True)
model.eval()
labels = {15}
)",
      sizes_text(model.anchors), numbers(model.anchors.aspect_ratios), model.anchors.sizes.size(),
      model.fpn.channels, categories.size(),
      has_norm ? fmt::format(", norm_layer=partial(torch.nn.GroupNorm, {})", kNormGroups) : "",
      detector.preprocess.short_side, detector.preprocess.long_side,
      fmt::format("[{}]", fmt::join(detector.preprocess.mean, ", ")),
      fmt::format("[{}]", fmt::join(detector.preprocess.std, ", ")),
      detector.predict.score_threshold, detector.predict.nms_threshold,
      detector.predict.max_detections, detector.predict.top_k, json_text(weights),
      labels_text(categories), shorter_towers(model.head.num_convs));
  return {text, departures(model, detector)};
}

}  // namespace rn
