#include "model/weight_names.h"

#include <algorithm>
#include <functional>
#include <regex>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace rn {
namespace {

constexpr const char* kBody = "backbone.body.";
constexpr const char* kBottomUp = "backbone.bottom_up.";

/// A pattern of a whole name, and what becomes of it; an empty name leaves the tensor out.
struct Rule {
  std::regex pattern;
  std::function<std::string(const std::smatch&)> name;
};
using Rules = std::vector<Rule>;

std::string minus(const std::ssub_match& digit, int less) {
  return std::to_string(std::stoi(digit.str()) - less);
}

/// detectron2 counts the ReLUs of a tower, too.
std::string half(const std::ssub_match& number) { return std::to_string(std::stoi(number) / 2); }

std::string left_out(const std::smatch&) { return {}; }

const Rules& torchvision_rules() {
  static const Rules rules = {
      {std::regex(R"((head\.(?:classification|regression)_head\.conv)\.(\d{1,3})\.(weight|bias))"),
       [](const auto& m) { return fmt::format("{}.{}.0.{}", m.str(1), half(m[2]), m.str(3)); }},
      {std::regex(R"((backbone\.fpn\.(?:inner|layer)_blocks\.\d)\.(weight|bias))"),
       [](const auto& m) { return fmt::format("{}.0.{}", m.str(1), m.str(2)); }},
  };
  return rules;
}

const Rules& resnet_rules() {
  static const Rules rules = {
      {std::regex(R"(fc\..*)"), left_out},
      {std::regex(R"(.*)"), [](const auto& m) { return kBody + m.str(); }},
  };
  return rules;
}

/// Of a backbone, whose names begin with `prefix`.
Rules detectron2_body_rules(const std::string& prefix) {
  const auto pattern = [prefix](const std::string& rest) {
    return std::regex(std::regex_replace(prefix, std::regex(R"(\.)"), R"(\.)") + rest);
  };
  const auto block = [](const std::smatch& m, const std::string& part, const std::string& rest) {
    return fmt::format("{}layer{}.{}.{}.{}", kBody, minus(m[1], 1), m.str(2), part, rest);
  };
  return {
      {pattern(R"((?:stem\.fc|linear)\..*)"), left_out},
      {pattern(R"(stem\.conv1\.weight)"),
       [](const auto&) { return std::string(kBody) + "conv1.weight"; }},
      {pattern(R"(stem\.conv1\.norm\.(\w+))"),
       [](const auto& m) { return fmt::format("{}bn1.{}", kBody, m.str(1)); }},
      {pattern(R"(res([2-5])\.(\d+)\.shortcut\.weight)"),
       [block](const auto& m) { return block(m, "downsample", "0.weight"); }},
      {pattern(R"(res([2-5])\.(\d+)\.shortcut\.norm\.(\w+))"),
       [block](const auto& m) { return block(m, "downsample", "1." + m.str(3)); }},
      {pattern(R"(res([2-5])\.(\d+)\.conv([1-3])\.weight)"),
       [block](const auto& m) { return block(m, "conv" + m.str(3), "weight"); }},
      {pattern(R"(res([2-5])\.(\d+)\.conv([1-3])\.norm\.(\w+))"),
       [block](const auto& m) { return block(m, "bn" + m.str(3), m.str(4)); }},
  };
}

const Rules& detectron2_rules() {
  static const Rules rules = [] {
    Rules all = detectron2_body_rules(kBottomUp);
    all.push_back({std::regex(R"(pixel_mean|pixel_std|anchor_generator\..*)"), left_out});
    all.push_back(
        {std::regex(R"(backbone\.fpn_(lateral|output)([3-5])\.(\w+))"), [](const auto& m) {
           return fmt::format("backbone.fpn.{}_blocks.{}.0.{}",
                              m.str(1) == "lateral" ? "inner" : "layer", minus(m[2], 3), m.str(3));
         }});
    all.push_back({std::regex(R"(backbone\.top_block\.(p6|p7)\.(\w+))"), [](const auto& m) {
                     return fmt::format("backbone.fpn.extra_blocks.{}.{}", m.str(1), m.str(2));
                   }});
    all.push_back({std::regex(R"(head\.(cls|bbox)_subnet\.(\d{1,3})\.(\w+))"), [](const auto& m) {
                     return fmt::format("head.{}_head.conv.{}.0.{}",
                                        m.str(1) == "cls" ? "classification" : "regression",
                                        half(m[2]), m.str(3));
                   }});
    all.push_back({std::regex(R"(head\.cls_score\.(\w+))"), [](const auto& m) {
                     return "head.classification_head.cls_logits." + m.str(1);
                   }});
    all.push_back({std::regex(R"(head\.bbox_pred\.(\w+))"),
                   [](const auto& m) { return "head.regression_head.bbox_reg." + m.str(1); }});
    return all;
  }();
  return rules;
}

const Rules& caffe2_rules() {
  const auto affine = [](const std::ssub_match& m) { return m == "s" ? "weight" : "bias"; };
  static const Rules rules = {
      {std::regex(R"((?:fc1000|pred)_.*|.*_momentum)"), left_out},
      {std::regex("conv1_w"), [](const auto&) { return std::string(kBody) + "conv1.weight"; }},
      {std::regex("res_conv1_bn_([sb])"),
       [affine](const auto& m) { return fmt::format("{}bn1.{}", kBody, affine(m[1])); }},
      {std::regex(R"(res([2-5])_(\d+)_branch1_w)"),
       [](const auto& m) {
         return fmt::format("{}layer{}.{}.downsample.0.weight", kBody, minus(m[1], 1), m.str(2));
       }},
      {std::regex(R"(res([2-5])_(\d+)_branch1_bn_([sb]))"),
       [affine](const auto& m) {
         return fmt::format("{}layer{}.{}.downsample.1.{}", kBody, minus(m[1], 1), m.str(2),
                            affine(m[3]));
       }},
      {std::regex(R"(res([2-5])_(\d+)_branch2([abc])_w)"),
       [](const auto& m) {
         return fmt::format("{}layer{}.{}.conv{}.weight", kBody, minus(m[1], 1), m.str(2),
                            m.str(3)[0] - 'a' + 1);
       }},
      {std::regex(R"(res([2-5])_(\d+)_branch2([abc])_bn_([sb]))"),
       [affine](const auto& m) {
         return fmt::format("{}layer{}.{}.bn{}.{}", kBody, minus(m[1], 1), m.str(2),
                            m.str(3)[0] - 'a' + 1, affine(m[4]));
       }},
  };
  return rules;
}

StateDict renamed(const StateDict& tensors, const Rules& rules) {
  constexpr size_t kLongest = 200;  // std::regex recurses with the length of a text
  StateDict result;
  for (const auto& [name, tensor] : tensors) {
    if (name.size() > kLongest) {
      result[name] = tensor;
      continue;
    }
    std::smatch match;
    const auto rule = std::find_if(rules.begin(), rules.end(), [&, &full = name](const Rule& r) {
      return std::regex_match(full, match, r.pattern);
    });
    const std::string own = rule == rules.end() ? name : rule->name(match);
    if (!own.empty()) result[own] = tensor;
  }
  return result;
}

WeightNames names_of(const StateDict& tensors, const std::string& source) {
  const auto any = [&](std::string_view prefix) {
    const auto it = tensors.lower_bound(std::string(prefix));
    return it != tensors.end() && it->first.starts_with(prefix);
  };
  if (any(kBottomUp)) return WeightNames::kDetectron2;
  if (any(kBody)) return WeightNames::kTorchvision;
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
  if (tensor.dim() == 0 || tensor.size(0) % (scales * ratios) != 0) return tensor;
  const auto split = tensor.reshape({scales, ratios, tensor.size(0) / (scales * ratios), -1});
  return split.transpose(0, 1).reshape(tensor.sizes()).contiguous();
}

bool reads_bgr(const WeightFile& file) {
  const auto mean = file.tensors.find("pixel_mean");
  if (mean != file.tensors.end() && mean->second.numel() == 3) {
    const auto values = mean->second.to(torch::kFloat64).reshape({-1});
    return values[0].item<double>() <= values[2].item<double>();  // ImageNet's red is brightest
  }
  const auto author = file.texts.find("__author__");
  return author == file.texts.end() || author->second != "torchvision";
}

/// An affine map: a norm with a weight, but no statistics.
void add_statistics(StateDict& tensors, double eps) {
  static const std::regex norm(R"((.*\.(?:bn\d|downsample\.1))\.weight)");
  StateDict added;
  for (const auto& [name, weight] : tensors) {
    std::smatch match;
    if (!std::regex_match(name, match, norm)) continue;
    const std::string layer = match.str(1);
    if (tensors.contains(layer + ".running_mean")) continue;
    if (tensors.contains(layer + ".running_var")) continue;
    added[layer + ".running_mean"] = torch::zeros_like(weight);
    added[layer + ".running_var"] = torch::full_like(weight, 1.0 - eps);
  }
  tensors.merge(added);
}

void rearrange_detectron2(StateDict& tensors, const WeightFile& file, const ModelConfig& config) {
  const auto change = [&](const std::string& name, const auto& function) {
    const auto it = tensors.find(name);
    if (it != tensors.end()) it->second = function(it->second);
  };
  if (reads_bgr(file)) {
    change(std::string(kBody) + "conv1.weight",
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
  switch (own.names) {
    case WeightNames::kTorchvision:
      own.tensors = renamed(file.tensors, torchvision_rules());
      return own;
    case WeightNames::kTorchvisionResNet:
      own.tensors = renamed(file.tensors, resnet_rules());
      return own;
    case WeightNames::kDetectron2:
      own.tensors = renamed(file.tensors, detectron2_rules());
      break;
    case WeightNames::kDetectron2Backbone:
      own.tensors = renamed(file.tensors, detectron2_body_rules(""));
      break;
    case WeightNames::kCaffe2Backbone:
      own.tensors = renamed(file.tensors, caffe2_rules());
      break;
  }
  rearrange_detectron2(own.tensors, file, config);
  return own;
}

}  // namespace rn
