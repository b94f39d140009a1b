#include "model/weight_rules.h"

#include <algorithm>
#include <functional>
#include <regex>
#include <utility>
#include <vector>

#include "core/error.h"

namespace rn {
namespace {

/// A pattern of a whole name, and what becomes of it; an empty name leaves the tensor out.
struct Rule {
  std::regex pattern;
  std::function<std::string(const std::smatch&)> name;
};
using Rules = std::vector<Rule>;

std::string minus(const std::ssub_match& digit, int less) {
  return std::to_string(std::stoi(digit.str()) - less);
}

/// The ReLUs of a tower are counted, too: its convolutions have the even numbers.
std::string half(const std::ssub_match& number) { return std::to_string(std::stoi(number) / 2); }

std::string left_out(const std::smatch&) { return {}; }

const Rules& torchvision_rules() {
  static const Rules rules = {
      {std::regex(
           R"((head\.(?:classification|regression)_head\.conv)\.(\d{0,2}[02468])\.(weight|bias))"),
       [](const auto& m) { return fmt::format("{}.{}.0.{}", m.str(1), half(m[2]), m.str(3)); }},
      {std::regex(R"((backbone\.fpn\.(?:inner|layer)_blocks\.\d)\.(weight|bias))"),
       [](const auto& m) { return fmt::format("{}.0.{}", m.str(1), m.str(2)); }},
  };
  return rules;
}

const Rules& resnet_rules() {
  static const Rules rules = {
      {std::regex(R"(fc\..*)"), left_out},
      {std::regex(R"(.*)"), [](const auto& m) { return kBodyPrefix + m.str(); }},
  };
  return rules;
}

/// Of a backbone, whose names begin with `prefix`.
Rules detectron2_body_rules(const std::string& prefix) {
  const auto pattern = [prefix](const std::string& rest) {
    return std::regex(std::regex_replace(prefix, std::regex(R"(\.)"), R"(\.)") + rest);
  };
  const auto block = [](const std::smatch& m, const std::string& part, const std::string& rest) {
    return fmt::format("{}layer{}.{}.{}.{}", kBodyPrefix, minus(m[1], 1), m.str(2), part, rest);
  };
  return {
      {pattern(R"((?:stem\.fc|linear)\..*)"), left_out},
      {pattern(R"(stem\.conv1\.weight)"),
       [](const auto&) { return fmt::format("{}conv1.weight", kBodyPrefix); }},
      {pattern(R"(stem\.conv1\.norm\.(\w+))"),
       [](const auto& m) { return fmt::format("{}bn1.{}", kBodyPrefix, m.str(1)); }},
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
    Rules all = detectron2_body_rules(kBottomUpPrefix);
    all.push_back({std::regex(R"(pixel_mean|pixel_std|anchor_generator\..*)"), left_out});
    all.push_back(
        {std::regex(R"(backbone\.fpn_(lateral|output)([3-5])\.(\w+))"), [](const auto& m) {
           return fmt::format("backbone.fpn.{}_blocks.{}.0.{}",
                              m.str(1) == "lateral" ? "inner" : "layer", minus(m[2], 3), m.str(3));
         }});
    all.push_back({std::regex(R"(backbone\.top_block\.(p6|p7)\.(\w+))"), [](const auto& m) {
                     return fmt::format("backbone.fpn.extra_blocks.{}.{}", m.str(1), m.str(2));
                   }});
    all.push_back(
        {std::regex(R"(head\.(cls|bbox)_subnet\.(\d{0,2}[02468])\.(\w+))"), [](const auto& m) {
           return fmt::format("head.{}_head.conv.{}.0.{}",
                              m.str(1) == "cls" ? "classification" : "regression", half(m[2]),
                              m.str(3));
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

/// Detectron's file has the affine map alone (_s, _b), detectron2's the statistics, too.
std::string caffe2_norm(const std::ssub_match& part) {
  if (part == "s" || part == "gamma") return "weight";
  if (part == "b" || part == "beta") return "bias";
  return part == "rm" || part == "running_mean" ? "running_mean" : "running_var";
}

const Rules& caffe2_rules() {
  static const std::string bn = "_bn_(s|b|gamma|beta|rm|riv|running_mean|running_var)";
  static const Rules rules = {
      // conv1_b: zeros; detectron2's stem has no bias either.
      {std::regex(R"((?:fc1000|pred)_.*|.*_momentum|conv1_b)"), left_out},
      {std::regex("conv1_w"),
       [](const auto&) { return fmt::format("{}conv1.weight", kBodyPrefix); }},
      {std::regex("res_conv1" + bn),
       [](const auto& m) { return fmt::format("{}bn1.{}", kBodyPrefix, caffe2_norm(m[1])); }},
      {std::regex(R"(res([2-5])_(\d+)_branch1_w)"),
       [](const auto& m) {
         return fmt::format("{}layer{}.{}.downsample.0.weight", kBodyPrefix, minus(m[1], 1),
                            m.str(2));
       }},
      {std::regex(R"(res([2-5])_(\d+)_branch1)" + bn),
       [](const auto& m) {
         return fmt::format("{}layer{}.{}.downsample.1.{}", kBodyPrefix, minus(m[1], 1), m.str(2),
                            caffe2_norm(m[3]));
       }},
      {std::regex(R"(res([2-5])_(\d+)_branch2([abc])_w)"),
       [](const auto& m) {
         return fmt::format("{}layer{}.{}.conv{}.weight", kBodyPrefix, minus(m[1], 1), m.str(2),
                            m.str(3)[0] - 'a' + 1);
       }},
      {std::regex(R"(res([2-5])_(\d+)_branch2([abc]))" + bn),
       [](const auto& m) {
         return fmt::format("{}layer{}.{}.bn{}.{}", kBodyPrefix, minus(m[1], 1), m.str(2),
                            m.str(3)[0] - 'a' + 1, caffe2_norm(m[4]));
       }},
  };
  return rules;
}

const Rules& rules_of(WeightNames names) {
  static const Rules detectron2_backbone = detectron2_body_rules("");
  switch (names) {
    case WeightNames::kTorchvision:
      break;
    case WeightNames::kTorchvisionResNet:
      return resnet_rules();
    case WeightNames::kDetectron2:
      return detectron2_rules();
    case WeightNames::kDetectron2Backbone:
      return detectron2_backbone;
    case WeightNames::kCaffe2Backbone:
      return caffe2_rules();
  }
  return torchvision_rules();
}

}  // namespace

StateDict renamed(const StateDict& tensors, WeightNames names, const std::string& source) {
  const Rules& rules = rules_of(names);
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
    if (!own.empty() && !result.emplace(own, tensor).second) {
      fail("{}: two of its tensors, one of them {}, are {} here; the file is damaged", source, name,
           own);
    }
  }
  return result;
}

}  // namespace rn
