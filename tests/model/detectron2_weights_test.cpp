// Weights of detectron2's and Caffe2's under their own names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/start_weights.h"
#include "weight_fixtures.h"

namespace rn {
namespace {

using rn::testing::expect_equal;
using rn::testing::make_model;
using rn::testing::own_of;
using rn::testing::randomise;
using rn::testing::small_config;

/// Own name -> detectron2's, by its documented module tree.
std::string detectron2_name(const std::string& name) {
  static const std::map<std::string, std::string> kParts = {
      {"backbone.body.conv1.", "backbone.bottom_up.stem.conv1."},
      {"backbone.body.bn1.", "backbone.bottom_up.stem.conv1.norm."},
      {"backbone.fpn.inner_blocks.0.0.", "backbone.fpn_lateral3."},
      {"backbone.fpn.inner_blocks.1.0.", "backbone.fpn_lateral4."},
      {"backbone.fpn.inner_blocks.2.0.", "backbone.fpn_lateral5."},
      {"backbone.fpn.layer_blocks.0.0.", "backbone.fpn_output3."},
      {"backbone.fpn.layer_blocks.1.0.", "backbone.fpn_output4."},
      {"backbone.fpn.layer_blocks.2.0.", "backbone.fpn_output5."},
      {"backbone.fpn.extra_blocks.", "backbone.top_block."},
      {"head.classification_head.conv.0.0.", "head.cls_subnet.0."},
      {"head.classification_head.conv.1.0.", "head.cls_subnet.2."},
      {"head.classification_head.cls_logits.", "head.cls_score."},
      {"head.regression_head.conv.0.0.", "head.bbox_subnet.0."},
      {"head.regression_head.conv.1.0.", "head.bbox_subnet.2."},
      {"head.regression_head.bbox_reg.", "head.bbox_pred."}};
  for (const auto& [own, theirs] : kParts) {
    if (name.starts_with(own)) return theirs + name.substr(own.size());
  }
  // backbone.body.layer1.0.bn2.weight -> backbone.bottom_up.res2.0.conv2.norm.weight
  std::string rest = name.substr(std::string("backbone.body.layer").size());
  std::string result = fmt::format("backbone.bottom_up.res{}{}.", rest[0] - '0' + 1,
                                   rest.substr(1, rest.find('.', 2) - 1));
  rest = rest.substr(rest.find('.', 2) + 1);
  if (rest.starts_with("downsample.0.")) return result + "shortcut." + rest.substr(13);
  if (rest.starts_with("downsample.1.")) return result + "shortcut.norm." + rest.substr(13);
  if (rest.starts_with("bn")) return result + "conv" + rest[2] + ".norm." + rest.substr(4);
  return result + rest;
}

/// Anchor by anchor: here ratio * scales + scale, there scale * ratios + ratio.
torch::Tensor by_scale(const torch::Tensor& tensor, int64_t scales, int64_t ratios) {
  const int64_t channels = tensor.size(0) / (scales * ratios);
  auto result = torch::empty_like(tensor);
  for (int64_t r = 0; r < ratios; ++r) {
    for (int64_t s = 0; s < scales; ++s) {
      for (int64_t c = 0; c < channels; ++c) {
        result[(s * ratios + r) * channels + c] = tensor[(r * scales + s) * channels + c];
      }
    }
  }
  return result;
}

/// As detectron2 would save the model: BGR, its order of anchors, and what it keeps besides.
StateDict as_detectron2(const RetinaNet& model) {
  const torch::NoGradGuard no_grad;
  const auto scales = static_cast<int64_t>(model->config().anchors.scales.size());
  const auto ratios = static_cast<int64_t>(model->config().anchors.aspect_ratios.size());
  StateDict file;
  for (const auto& [name, tensor] : state_dict(*model)) {
    torch::Tensor value = tensor.detach().clone();
    const bool is_output =
        name.find("cls_logits") != std::string::npos || name.find("bbox_reg") != std::string::npos;
    if (is_output) value = by_scale(value, scales, ratios);
    if (name == "backbone.body.conv1.weight") {
      value = torch::stack({tensor.select(1, 2), tensor.select(1, 1), tensor.select(1, 0)}, 1);
    }
    file[detectron2_name(name)] = value;
  }
  file["pixel_mean"] = torch::tensor({103.53, 116.28, 123.675}).view({3, 1, 1});
  file["pixel_std"] = torch::ones({3, 1, 1});
  file["anchor_generator.cell_anchors.0"] = torch::zeros({9, 4});
  return file;
}

ModelConfig detectron2_config() {
  ModelConfig config = small_config();
  config.backbone.name = BackboneName::kResNet50;
  config.backbone.stride_in_1x1 = true;
  config.head.num_convs = 2;
  config.anchors.scales = {1.0, 1.3};
  return config;
}

TEST(DetectorWeights, Detectron2sNamesOrderAndColoursAreChangedToOurs) {
  const ModelConfig config = detectron2_config();
  RetinaNet source = make_model(config, 3, 1), target = make_model(config, 3, 2);
  randomise(source, 3);
  const StateDict file = as_detectron2(source);
  ASSERT_TRUE(file.contains("backbone.bottom_up.res5.2.conv3.norm.running_var"));
  ASSERT_TRUE(file.contains("backbone.bottom_up.res2.0.shortcut.norm.bias"));
  ASSERT_TRUE(file.contains("head.bbox_subnet.2.weight"));
  const OwnWeights weights = own_of(file, config);
  EXPECT_EQ(weights.names, WeightNames::kDetectron2);
  load_detector(target, weights, "a.pkl");
  expect_equal(source, target);
}

// Two scales, three ratios, one class: detectron2's channels 0..5 are (s0 r0) (s0 r1) (s0 r2)
// (s1 r0) ...; ours are (r0 s0) (r0 s1) (r1 s0) ...
TEST(DetectorWeights, AnchorsGoFromScaleMajorToRatioMajor) {
  const ModelConfig config = detectron2_config();
  StateDict file = as_detectron2(make_model(config, 1, 1));
  file["head.cls_score.bias"] = torch::arange(6).to(torch::kFloat32);
  const auto bias = own_of(file, config).tensors.at("head.classification_head.cls_logits.bias");
  EXPECT_TRUE(bias.equal(torch::tensor({0.0F, 3.0F, 1.0F, 4.0F, 2.0F, 5.0F}))) << bias;
}

TEST(DetectorWeights, RgbWeightsOfDetectron2KeepTheirChannels) {
  const ModelConfig config = detectron2_config();
  StateDict file = as_detectron2(make_model(config, 1, 1));
  const torch::Tensor conv = file.at("backbone.bottom_up.stem.conv1.weight");
  const auto channels_kept = [&](const std::map<std::string, std::string>& texts) {
    return own_of(file, config, texts).tensors.at("backbone.body.conv1.weight").equal(conv);
  };
  EXPECT_FALSE(channels_kept({}));
  file["pixel_mean"] = torch::tensor({123.675, 116.28, 103.53});
  EXPECT_TRUE(channels_kept({}));
  file.erase("pixel_mean");
  EXPECT_FALSE(channels_kept({}));
  EXPECT_TRUE(channels_kept({{"__author__", "torchvision"}}));
}

TEST(DetectorWeights, PixelOrderOverridesWhatTheFileSays) {
  ModelConfig config = detectron2_config();
  RetinaNet model = make_model(config, 1, 1);
  const std::string ours = "backbone.body.conv1.weight";
  const torch::Tensor conv = state_dict(*model).at(ours);
  const StateDict theirs = as_detectron2(model);  // BGR
  config.weights.pixel_order = PixelOrder::kRgb;
  EXPECT_TRUE(own_of(theirs, config).tensors.at(ours).equal(conv.flip(1)));
  EXPECT_FALSE(own_of(theirs, config).pixels->is_bgr);
  config.weights.pixel_order = PixelOrder::kBgr;
  EXPECT_TRUE(own_of(theirs, config).tensors.at(ours).equal(conv));
  EXPECT_TRUE(own_of(state_dict(*model), config).tensors.at(ours).equal(conv.flip(1)));
}

// The file's own numbers are in the order in which the model reads; data.mean is RGB.
TEST(DetectorWeights, PixelOrderDecidesHowTheFilesMeanIsRead) {
  ModelConfig config = detectron2_config();
  StateDict file = as_detectron2(make_model(config, 1, 1));
  file["pixel_mean"] = torch::tensor({51.0, 102.0, 153.0});  // by itself: BGR
  const auto red = [&](PixelOrder order) {
    config.weights.pixel_order = order;
    return own_of(file, config).pixels->mean[0];
  };
  EXPECT_NEAR(red(PixelOrder::kAuto), 0.6, 1e-12);
  EXPECT_NEAR(red(PixelOrder::kBgr), 0.6, 1e-12);
  EXPECT_NEAR(red(PixelOrder::kRgb), 0.2, 1e-12);
}

TEST(DetectorWeights, TorchvisionsPixelsAreImageNetsAndOurOwnAreTheirConfigs) {
  ModelConfig config = small_config();
  const StateDict file = state_dict(*make_model(config, 1, 1));
  const auto theirs = own_of(file, config).pixels.value();
  EXPECT_FALSE(theirs.is_bgr);
  EXPECT_FALSE(theirs.is_assumed);
  EXPECT_NEAR(theirs.std[0], 0.229, 1e-12);
  const std::map<std::string, std::string> ours = {{"format", "retinanet.cpp"}};
  EXPECT_FALSE(own_of(file, config, ours).pixels.has_value());
  config.weights.pixel_order = PixelOrder::kBgr;
  EXPECT_THAT(testing::error_of([&] { own_of(file, config, ours); }),
              ::testing::HasSubstr("is a model of this program's, which reads RGB"));
}

// Its default configs: 0..255 BGR minus the mean; backbones of torchvision's: RGB by deviation.
TEST(DetectorWeights, PixelsAreThoseOfDetectron2sConfigsWhereTheFileIsSilent) {
  const ModelConfig config = detectron2_config();
  StateDict file = as_detectron2(make_model(config, 1, 1));
  file.erase("pixel_mean");
  file.erase("pixel_std");
  const auto silent = own_of(file, config).pixels.value();
  EXPECT_TRUE(silent.is_assumed);
  EXPECT_NEAR(silent.mean[0], 0.485, 1e-12);
  EXPECT_NEAR(silent.mean[2], 0.406, 1e-12);
  EXPECT_NEAR(silent.std[0], 1 / 255.0, 1e-12);
  const auto rgb = own_of(file, config, {{"__author__", "torchvision"}}).pixels.value();
  EXPECT_FALSE(rgb.is_assumed);
  EXPECT_NEAR(rgb.std[0], 0.229, 1e-12);
}

/// Caffe2's names; `affine`: norms are `_s` and `_b` alone, as in Detectron's first files; else as
/// in MSRA's R-50.pkl, whose keys detectron2's issue 1688 lists.
StateDict as_caffe2(RetinaNet model, bool affine) {
  StateDict file;
  for (const auto& [name, tensor] : state_dict(*model->body())) {
    const bool is_statistic = name.find("running_") != std::string::npos;
    if (affine && is_statistic) continue;
    std::string own =
        detectron2_name("backbone.body." + name).substr(std::string("backbone.bottom_up.").size());
    const auto replace = [&](const std::string& from, const std::string& to) {
      const auto at = own.find(from);
      if (at != std::string::npos) own.replace(at, from.size(), to);
    };
    replace("stem.conv1.norm.", "res_conv1_bn.");
    replace("stem.conv1.", "conv1.");
    for (const auto& [number, letter] : {std::pair("1", "a"), {"2", "b"}, {"3", "c"}}) {
      if (own.starts_with("res") && own.find(".norm.") != std::string::npos) {
        replace(std::string(".conv") + number + ".norm", std::string("_branch2") + letter + "_bn");
      }
      if (own.starts_with("res") && !own.starts_with("res_")) {
        replace(std::string(".conv") + number, std::string("_branch2") + letter);
      }
    }
    replace(".shortcut.norm", "_branch1_bn");
    replace(".shortcut", "_branch1");
    const bool is_norm = own.find("_bn") != std::string::npos;
    replace(".bias", affine ? "_b" : "_beta");
    replace(".weight", !is_norm ? "_w" : affine ? "_s" : "_gamma");
    replace(".running_", "_running_");
    if (own.starts_with("res") && own[4] == '.') own[4] = '_';
    file[own] = name == "conv1.weight" ? tensor.flip(1) : tensor;
  }
  file["fc1000_w"] = torch::zeros({1000, 2048});
  file["conv1_b"] = torch::zeros({64});
  return file;
}

TEST(BackboneWeights, Caffe2sNamesAreChangedToOurs) {
  const ModelConfig config = detectron2_config();
  RetinaNet source = make_model(config, 1, 1), target = make_model(config, 1, 2);
  randomise(source, 4);
  const StateDict file = as_caffe2(source, /*affine=*/false);
  for (const char* name : {"res2_0_branch2a_bn_beta", "res5_2_branch2c_bn_running_var",
                           "res_conv1_bn_gamma", "res3_0_branch1_bn_running_mean"}) {
    ASSERT_TRUE(file.contains(name)) << name;
  }
  load_backbone(target, own_of(file, config), "R-50.pkl");
  const StateDict a = state_dict(*source->body()), b = state_dict(*target->body());
  for (const auto& [name, tensor] : a) EXPECT_TRUE(tensor.equal(b.at(name))) << name;
}

TEST(BackboneWeights, Caffe2sAffineNormsKeepTheirScale) {
  ModelConfig config = detectron2_config();
  RetinaNet source = make_model(config, 1, 1), target = make_model(config, 1, 2);
  randomise(source, 4);
  const StateDict file = as_caffe2(source, /*affine=*/true);
  ASSERT_TRUE(file.contains("res2_0_branch2a_bn_s"));
  ASSERT_TRUE(file.contains("res5_2_branch2c_w"));
  ASSERT_TRUE(file.contains("res3_0_branch1_bn_b"));
  ASSERT_TRUE(file.contains("res_conv1_bn_b"));
  const OwnWeights weights = own_of(file, config);
  EXPECT_EQ(weights.names, WeightNames::kCaffe2Backbone);
  load_backbone(target, weights, "R-50.pkl");
  const StateDict a = state_dict(*source->body()), b = state_dict(*target->body());
  for (const auto& [name, tensor] : a) {
    if (name.find("running_") == std::string::npos) {
      EXPECT_TRUE(tensor.equal(b.at(name))) << name;
    }
  }
  // scale = weight / sqrt(var + eps) = weight, shift = bias.
  EXPECT_EQ(b.at("bn1.running_mean").abs().max().item<float>(), 0.0F);
  EXPECT_FLOAT_EQ((b.at("bn1.running_var") + config.backbone.norm_eps).max().item<float>(), 1.0F);
}

TEST(BackboneWeights, Detectron2sBackbonesFillTheBody) {
  const ModelConfig config = detectron2_config();
  RetinaNet source = make_model(config, 1, 1), target = make_model(config, 1, 2);
  StateDict file;
  for (const auto& [name, tensor] : as_detectron2(source)) {
    const std::string prefix = "backbone.bottom_up.";
    if (name.starts_with(prefix)) file[name.substr(prefix.size())] = tensor;
  }
  file["stem.fc.weight"] = torch::zeros({1000, 2048});
  const OwnWeights weights = own_of(file, config);
  EXPECT_EQ(weights.names, WeightNames::kDetectron2Backbone);
  load_backbone(target, weights, "R-50.pkl");
  const StateDict a = state_dict(*source->body()), b = state_dict(*target->body());
  for (const auto& [name, tensor] : a) EXPECT_TRUE(tensor.equal(b.at(name))) << name;
}

}  // namespace
}  // namespace rn
