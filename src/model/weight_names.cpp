#include "model/weight_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text.h"
#include "model/model_file.h"
#include "model/weight_rules.h"

namespace rn {
namespace {

WeightNames names_of(const StateDict& tensors, const std::string& source) {
  const auto any = [&](std::string_view prefix) {
    const auto it = tensors.lower_bound(std::string(prefix));
    return it != tensors.end() && it->first.starts_with(prefix);
  };
  if (any(kBottomUpPrefix)) return WeightNames::kDetectron2;
  if (any(kBodyPrefix)) return WeightNames::kTorchvision;
  if (any("stem.conv1.")) return WeightNames::kDetectron2Backbone;
  if (any("conv1_w")) return WeightNames::kCaffe2Backbone;
  if (any("conv1.weight") && any("layer1.")) return WeightNames::kTorchvisionResNet;
  std::vector<std::string> some;
  for (auto it = tensors.begin(); it != tensors.end() && some.size() < 4; ++it) {
    some.push_back(it->first);
  }
  fail(
      "{}: its tensors ({} ...) are named neither as a RetinaNet or ResNet of torchvision's nor as "
      "one of detectron2's; expected names such as backbone.body.conv1.weight, conv1.weight, "
      "backbone.bottom_up.stem.conv1.weight or conv1_w",
      source, join(some));
}

/// [S*R*C, ...] to [R*S*C, ...]; left as it is where the config's anchors don't divide it.
torch::Tensor by_ratio(const torch::Tensor& tensor, int64_t scales, int64_t ratios) {
  if (tensor.numel() == 0 || tensor.dim() == 0) return tensor;
  if (tensor.size(0) % (scales * ratios) != 0) return tensor;
  const auto split = tensor.reshape({scales, ratios, tensor.size(0) / (scales * ratios), -1});
  return split.transpose(0, 1).reshape(tensor.sizes()).contiguous();
}

/// Three numbers of the file, or nothing.
std::vector<double> three(const StateDict& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second.numel() != 3) return {};
  const auto values = found->second.to(torch::kFloat64).reshape({-1}).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + 3};
}

// detectron2's defaults, and what it gives for backbones that came from torchvision; RGB, 0..255.
constexpr std::array kImageNetMean = {123.675, 116.28, 103.53};
constexpr std::array kImageNetStd = {58.395, 57.12, 57.375};
constexpr std::array kNoStd = {1.0, 1.0, 1.0};

bool is_torchvisions(WeightNames names) {
  return names == WeightNames::kTorchvision || names == WeightNames::kTorchvisionResNet;
}

/// What the config says, else the file, else what is usual for files of its kind.
PixelFormat pixels_of(const WeightFile& file, WeightNames names, PixelOrder order) {
  PixelFormat pixels;
  pixels.mean = three(file.tensors, "pixel_mean");
  pixels.std = three(file.tensors, "pixel_std");
  const auto author = file.texts.find("__author__");
  const bool has_author = author != file.texts.end();
  const bool is_rgb_kind =
      is_torchvisions(names) || (has_author && author->second == "torchvision");
  const bool has_mean = !pixels.mean.empty();
  // ImageNet's red is brightest.
  pixels.is_bgr = has_mean ? pixels.mean[0] <= pixels.mean[2] : !is_rgb_kind;
  if (order != PixelOrder::kAuto) pixels.is_bgr = order == PixelOrder::kBgr;
  pixels.is_assumed =
      !has_mean && !has_author && !is_torchvisions(names) && order == PixelOrder::kAuto;
  if (pixels.is_bgr) {
    std::reverse(pixels.mean.begin(), pixels.mean.end());
    std::reverse(pixels.std.begin(), pixels.std.end());
  }
  if (!has_mean) pixels.mean.assign(kImageNetMean.begin(), kImageNetMean.end());
  if (pixels.std.empty()) {
    const auto& usual = is_rgb_kind ? kImageNetStd : kNoStd;
    pixels.std.assign(usual.begin(), usual.end());
  }
  for (auto* values : {&pixels.mean, &pixels.std}) {
    for (double& value : *values) value /= 255.0;
  }
  return pixels;
}

/// "layer1.0.bn2" of "layer1.0.bn2.weight"; nothing for what is no norm's weight.
std::optional<std::string> norm_of(std::string_view name) {
  constexpr std::string_view kWeight = ".weight";
  if (!name.ends_with(kWeight)) return std::nullopt;
  name.remove_suffix(kWeight.size());
  const bool is_norm = name.ends_with(".bn1") || name.ends_with(".bn2") || name.ends_with(".bn3") ||
                       name.ends_with(".downsample.1");
  return is_norm ? std::optional<std::string>(name) : std::nullopt;
}

/// Norms without statistics are affine maps.
void add_statistics(StateDict& tensors, double eps) {
  StateDict added;
  for (const auto& [name, weight] : tensors) {
    const auto layer = norm_of(name);
    if (!layer || tensors.contains(*layer + ".running_mean")) continue;
    if (tensors.contains(*layer + ".running_var")) continue;
    added[*layer + ".running_mean"] = torch::zeros_like(weight);
    added[*layer + ".running_var"] = torch::full_like(weight, 1.0 - eps);
  }
  tensors.merge(added);
}

void change(StateDict& tensors, const std::string& name, const auto& function) {
  const auto it = tensors.find(name);
  if (it != tensors.end()) it->second = function(it->second);
}

/// RGB to BGR or back, in the first convolution.
void turn_colours(StateDict& tensors) {
  change(tensors, std::string(kBodyPrefix) + "conv1.weight",
         [](const torch::Tensor& weight) { return weight.dim() == 4 ? weight.flip(1) : weight; });
}

void rearrange_detectron2(StateDict& tensors, const ModelConfig& config) {
  const auto scales = static_cast<int64_t>(config.anchors.scales.size());
  const auto ratios = static_cast<int64_t>(config.anchors.aspect_ratios.size());
  const auto permute = [&](const torch::Tensor& t) { return by_ratio(t, scales, ratios); };
  for (const char* part : {"weight", "bias"}) {
    change(tensors, std::string("head.classification_head.cls_logits.") + part, permute);
    change(tensors, std::string("head.regression_head.bbox_reg.") + part, permute);
  }
  if (config.backbone.norm != Norm::kGroupNorm) {
    add_statistics(tensors, config.backbone.norm_eps);
  }
}

}  // namespace

std::string description(WeightNames names) {
  switch (names) {
    case WeightNames::kTorchvision:
      return "a torchvision RetinaNet";
    case WeightNames::kTorchvisionResNet:
      return "a torchvision classifier";
    case WeightNames::kDetectron2:
      return "a detectron2 RetinaNet";
    case WeightNames::kDetectron2Backbone:
      return "a detectron2 backbone";
    case WeightNames::kCaffe2Backbone:
      return "a Caffe2 backbone";
  }
  return "?";
}

OwnWeights to_own_names(const WeightFile& file, const ModelConfig& config,
                        const std::string& source) {
  OwnWeights own;
  own.names = names_of(file.tensors, source);
  own.tensors = renamed(file.tensors, own.names, source);
  const PixelOrder order = config.weights.pixel_order;
  if (is_model_file(file.texts)) {
    if (order == PixelOrder::kAuto) return own;
    fail(
        "{}: is a model of this program's, which reads RGB; model.weights.pixel_order={} is for "
        "files of other systems: remove it",
        source, enum_name(order));
  }
  own.pixels = pixels_of(file, own.names, order);
  if (own.pixels->is_bgr) turn_colours(own.tensors);
  if (!is_torchvisions(own.names)) rearrange_detectron2(own.tensors, config);
  return own;
}

}  // namespace rn
