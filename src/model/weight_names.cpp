#include "model/weight_names.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text.h"
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

PixelFormat pixels_of(const WeightFile& file) {
  PixelFormat pixels;
  pixels.mean = three(file.tensors, "pixel_mean");
  pixels.std = three(file.tensors, "pixel_std");
  const auto author = file.texts.find("__author__");
  pixels.is_assumed = pixels.mean.empty() && author == file.texts.end();
  if (!pixels.mean.empty()) {
    pixels.is_bgr = pixels.mean[0] <= pixels.mean[2];  // ImageNet's red is brightest
  } else {
    pixels.is_bgr = author == file.texts.end() || author->second != "torchvision";
  }
  if (pixels.is_bgr) {
    std::reverse(pixels.mean.begin(), pixels.mean.end());
    std::reverse(pixels.std.begin(), pixels.std.end());
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

void rearrange_detectron2(StateDict& tensors, bool is_bgr, const ModelConfig& config) {
  const auto change = [&](const std::string& name, const auto& function) {
    const auto it = tensors.find(name);
    if (it != tensors.end()) it->second = function(it->second);
  };
  if (is_bgr) {
    change(std::string(kBodyPrefix) + "conv1.weight",
           [](const torch::Tensor& weight) { return weight.dim() == 4 ? weight.flip(1) : weight; });
  }
  const auto scales = static_cast<int64_t>(config.anchors.scales.size());
  const auto ratios = static_cast<int64_t>(config.anchors.aspect_ratios.size());
  const auto permute = [&](const torch::Tensor& t) { return by_ratio(t, scales, ratios); };
  for (const char* part : {"weight", "bias"}) {
    change(std::string("head.classification_head.cls_logits.") + part, permute);
    change(std::string("head.regression_head.bbox_reg.") + part, permute);
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
  if (own.names == WeightNames::kTorchvision || own.names == WeightNames::kTorchvisionResNet) {
    return own;
  }
  own.pixels = pixels_of(file);
  rearrange_detectron2(own.tensors, own.pixels->is_bgr, config);
  return own;
}

}  // namespace rn
