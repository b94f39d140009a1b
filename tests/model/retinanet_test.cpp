#include "model/retinanet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <vector>

#include "core/torch_compat.h"
#include "model/parameters.h"
#include "model/state_dict.h"
#include "model/test_models.h"

namespace rn {
namespace {

using testing::error_of;
using testing::full_config;
using ::testing::HasSubstr;
using testing::make_model;
using testing::small_config;

std::vector<std::string> names_and_shapes(const RetinaNet& model) {
  std::vector<std::string> lines;
  for (const auto& [name, tensor] : state_dict(*model)) {
    std::string shape = fmt::format("{}", fmt::join(tensor.sizes(), "x"));
    lines.push_back(name + " " + (shape.empty() ? "scalar" : shape));
  }
  return lines;
}

std::vector<std::string> golden_names(const std::string& network) {
  std::ifstream in(std::string(RN_SOURCE_DIR) + "/tests/model/golden/names_" + network + ".txt");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(RetinaNet, LevelsAreCeilOfSizeOverStride) {
  RetinaNet model = make_model(small_config(), 3);
  const torch::NoGradGuard no_grad;
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{97, 131}, {64, 64}, {1, 33}}) {
    const Predictions predictions = model->forward(torch::rand({2, 3, height, width}));
    ASSERT_EQ(predictions.size(), 5u);
    for (size_t l = 0; l < 5; ++l) {
      const int64_t stride = int64_t{8} << l;
      const int64_t h = (height + stride - 1) / stride, w = (width + stride - 1) / stride;
      EXPECT_EQ(predictions[l].logits.sizes(), (std::vector<int64_t>{2, 27, h, w}));
      EXPECT_EQ(predictions[l].deltas.sizes(), (std::vector<int64_t>{2, 36, h, w}));
    }
  }
}

TEST(RetinaNet, PredictionsReshapeToAnchorsWithoutACopy) {
  for (const torch::Dtype dtype : {torch::kFloat32, torch::kBFloat16}) {
    ModelConfig config = small_config();
    config.head.norm = HeadNorm::kGroupNorm;
    RetinaNet model = make_model(config, 3);
    Predictions predictions;
    {
      const AutocastScope autocast(torch::kCPU, dtype);
      predictions = model->forward(torch::rand({2, 3, 70, 100}));
    }
    for (const auto& [logits, deltas] : predictions) {
      EXPECT_EQ(logits.scalar_type(), dtype);
      const torch::Tensor rows = logits.permute({0, 2, 3, 1}).reshape({2, -1, 3});
      EXPECT_EQ(rows.data_ptr(), logits.data_ptr());
      EXPECT_EQ(rows.size(1), logits.size(2) * logits.size(3) * 9);
      EXPECT_EQ(deltas.permute({0, 2, 3, 1}).reshape({2, -1, 4}).data_ptr(), deltas.data_ptr());
    }
  }
}

TEST(RetinaNet, ParameterCountsAreTorchvisions) {
  EXPECT_EQ(
      count_parameters(*make_model(full_config(BackboneName::kResNet50, Norm::kFrozenBatchNorm,
                                               P6Source::kP5, HeadNorm::kNone),
                                   91)),
      34'014'999);
  EXPECT_EQ(count_parameters(*make_model(full_config(BackboneName::kResNet50, Norm::kBatchNorm,
                                                     P6Source::kC5, HeadNorm::kGroupNorm),
                                         91)),
            38'198'935);
}

TEST(RetinaNet, NamesAndShapesFollowTorchvisionsRules) {
  for (const BackboneName name : {BackboneName::kResNet18, BackboneName::kResNet50}) {
    const RetinaNet model =
        make_model(full_config(name, Norm::kBatchNorm, P6Source::kC5, HeadNorm::kNone), 2);
    EXPECT_EQ(names_and_shapes(model), golden_names(std::string(enum_name(name))));
  }
}

TEST(RetinaNet, GroupNormTakesThePlaceOfTheConvolutionsBias) {
  ModelConfig config = small_config();
  config.head.norm = HeadNorm::kGroupNorm;
  const StateDict names = state_dict(*make_model(config, 2));
  for (const char* head : {"classification", "regression"}) {
    EXPECT_FALSE(names.contains(fmt::format("head.{}_head.conv.0.0.bias", head)));
    for (const char* part : {"0.weight", "1.weight", "1.bias"}) {
      EXPECT_TRUE(names.contains(fmt::format("head.{}_head.conv.0.{}", head, part)));
    }
  }
}

TEST(RetinaNet, FirstScoresAreThePriorProbability) {
  ModelConfig config = small_config();
  config.head.prior_probability = 0.01;
  const StateDict names = state_dict(*make_model(config, 3));
  const torch::Tensor p =
      names.at("head.classification_head.cls_logits.bias").to(torch::kFloat64).sigmoid();
  EXPECT_NEAR(p.min().item<double>(), 0.01, 1e-8);
  EXPECT_NEAR(p.max().item<double>(), 0.01, 1e-8);
  EXPECT_EQ(names.at("head.regression_head.bbox_reg.bias").abs().max().item<float>(), 0.0f);
  EXPECT_NEAR(names.at("head.regression_head.conv.0.0.weight").std().item<float>(), 0.01f, 1e-3f);
}

TEST(RetinaNet, TheSameSeedGivesTheSameModel) {
  const StateDict a = state_dict(*make_model(small_config(), 3, 7));
  const StateDict b = state_dict(*make_model(small_config(), 3, 7));
  const StateDict c = state_dict(*make_model(small_config(), 3, 8));
  for (const auto& [name, tensor] : a) EXPECT_TRUE(tensor.equal(b.at(name))) << name;
  const std::string conv = "backbone.body.conv1.weight";
  EXPECT_FALSE(a.at(conv).equal(c.at(conv)));
}

TEST(RetinaNet, SixthLevelComesFromTheConfiguredFeature) {
  for (const auto& [source, channels] : {std::pair{P6Source::kC5, 512}, {P6Source::kP5, 32}}) {
    ModelConfig config = small_config();
    config.fpn.p6_from = source;
    EXPECT_EQ(state_dict(*make_model(config, 1)).at("backbone.fpn.extra_blocks.p6.weight").size(1),
              channels);
  }
}

TEST(RetinaNet, EveryParameterGetsAGradient) {
  for (const Norm norm : {Norm::kFrozenBatchNorm, Norm::kBatchNorm, Norm::kGroupNorm}) {
    for (const torch::Dtype dtype : {torch::kFloat32, torch::kBFloat16}) {
      ModelConfig config = small_config(norm);
      config.head.norm = HeadNorm::kGroupNorm;
      RetinaNet model = make_model(config, 2);
      torch::Tensor loss = torch::zeros({});
      {
        const AutocastScope autocast(torch::kCPU, dtype);
        for (const auto& [logits, deltas] : model->forward(torch::randn({2, 3, 64, 96}))) {
          loss =
              loss + logits.to(torch::kFloat32).square().mean() + deltas.to(torch::kFloat32).sum();
        }
      }
      loss.backward();
      for (const auto& item : model->named_parameters()) {
        const torch::Tensor grad = item.value().grad();
        ASSERT_TRUE(grad.defined()) << item.key();
        EXPECT_EQ(grad.scalar_type(), torch::kFloat32) << item.key();
        EXPECT_TRUE(grad.isfinite().all().item<bool>()) << item.key();
      }
    }
  }
}

TEST(RetinaNet, LowPrecisionIsCloseToFull) {
  for (const Norm norm : {Norm::kFrozenBatchNorm, Norm::kBatchNorm, Norm::kGroupNorm}) {
    RetinaNet model = make_model(small_config(norm), 2);
    const torch::Tensor images = torch::randn({2, 3, 64, 96});
    const torch::NoGradGuard no_grad;
    const Predictions full = model->forward(images);
    const AutocastScope autocast(torch::kCPU, torch::kBFloat16);
    const Predictions low = model->forward(images);
    for (size_t l = 0; l < full.size(); ++l) {
      const torch::Tensor difference = low[l].deltas.to(torch::kFloat32) - full[l].deltas;
      EXPECT_LT((difference.norm() / full[l].deltas.norm()).item<float>(), 0.1f)
          << enum_name(norm) << " level " << l;
    }
  }
}

TEST(RetinaNet, OddConfigsAreRefusedByKey) {
  ModelConfig config = small_config();
  config.anchors.sizes = {32, 64};
  EXPECT_THAT(error_of([&] { RetinaNet(config, 2); }),
              HasSubstr("model.anchors.sizes: found 2 sizes, expected 5"));
  config = small_config();
  config.head.norm = HeadNorm::kGroupNorm;
  config.fpn.channels = 40;
  EXPECT_THAT(error_of([&] { RetinaNet(config, 2); }),
              HasSubstr("model.fpn.channels: found 40, expected a multiple of 32"));
}

TEST(TrainableParameters, NormsAndBiasesAreMarked) {
  ModelConfig config = small_config(Norm::kBatchNorm);
  config.head.norm = HeadNorm::kGroupNorm;
  RetinaNet model = make_model(config, 2);
  std::map<std::string, TrainableParameter> by_name;
  for (auto& p : trainable_parameters(*model)) by_name.emplace(p.name, p);
  EXPECT_EQ(by_name.size(), model->parameters().size());
  const auto expect = [&](const std::string& name, bool is_norm, bool is_bias) {
    EXPECT_EQ(by_name.at(name).is_norm, is_norm) << name;
    EXPECT_EQ(by_name.at(name).is_bias, is_bias) << name;
  };
  expect("backbone.body.conv1.weight", false, false);
  expect("backbone.body.layer2.0.downsample.1.weight", true, false);
  expect("backbone.body.bn1.bias", true, true);
  expect("head.regression_head.bbox_reg.bias", false, true);
  expect("head.regression_head.conv.0.1.weight", true, false);
}

}  // namespace
}  // namespace rn
