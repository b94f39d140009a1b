#include "model/start_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/safetensors.h"
#include "model/torch_writer.h"
#include "weight_fixtures.h"

namespace rn {
namespace {

using rn::testing::body_of;
using rn::testing::error_of;
using rn::testing::expect_equal;
using rn::testing::make_model;
using rn::testing::own_of;
using rn::testing::small_config;
using rn::testing::TemporaryFile;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(BackboneWeights, ClassifiersAndDetectorsFillTheBodyFromAnyFormat) {
  for (const std::string prefix : {"", "backbone.body."}) {
    for (const std::string ending : {"safetensors", "pth"}) {
      const TemporaryFile place("backbone." + ending);
      RetinaNet source = make_model(small_config(Norm::kBatchNorm), 1, /*seed=*/1);
      ModelConfig config = small_config(Norm::kBatchNorm);
      config.backbone.weights = place.path().string();
      RetinaNet target = make_model(config, 2, /*seed=*/2);
      const StateDict file = body_of(source, prefix);
      if (ending == "pth") {
        write_torch_file(place.path(), file);
      } else {
        write_safetensors(place.path(), {file, {}});
      }
      EXPECT_THAT(load_start_weights(target).lines.at(0), HasSubstr("loaded into the backbone"));
      const StateDict a = state_dict(*source->body()), b = state_dict(*target->body());
      for (const auto& [name, tensor] : a) EXPECT_TRUE(tensor.equal(b.at(name))) << name;
      EXPECT_TRUE(b.at("conv1.weight").is_contiguous(torch::MemoryFormat::ChannelsLast));
    }
  }
}

TEST(BackboneWeights, BatchCountersAreOptional) {
  RetinaNet bn = make_model(small_config(Norm::kBatchNorm), 1, 1);
  RetinaNet frozen = make_model(small_config(Norm::kFrozenBatchNorm), 1, 2);
  load_backbone(frozen, own_of(body_of(bn, ""), bn->config()), "a.pth");  // one too many of each
  load_backbone(bn, own_of(body_of(frozen, ""), bn->config()), "a.pth");  // none
  EXPECT_EQ(state_dict(*bn->body()).at("bn1.num_batches_tracked").item<int64_t>(), 0);
}

TEST(BackboneWeights, WeightsOfAnotherNetworkAreRefusedAndNothingIsChanged) {
  RetinaNet model = make_model(small_config(), 1, 1);
  StateDict file = body_of(model, "");
  file["conv1.weight"] = torch::zeros({64, 3, 3, 3});
  file["layer1.0.conv3.weight"] = torch::zeros({1});
  const torch::Tensor before = state_dict(*model).at("backbone.body.conv1.weight").clone();
  EXPECT_THAT(error_of([&] { load_backbone(model, own_of(file, model->config()), "a.pth"); }),
              AllOf(HasSubstr("conv1.weight (found [64, 3, 3, 3], expected [64, 3, 7, 7])"),
                    HasSubstr("1 unexpected: layer1.0.conv3.weight"),
                    HasSubstr("model.backbone.name=resnet18")));
  EXPECT_TRUE(before.equal(state_dict(*model).at("backbone.body.conv1.weight")));
}

TEST(DetectorWeights, TorchvisionsOldNamesAreKnown) {
  ModelConfig config = small_config();
  config.head.num_convs = 3;
  RetinaNet source = make_model(config, 2, 1), target = make_model(config, 2, 2);
  StateDict old;
  for (const auto& [name, tensor] : state_dict(*source)) {
    std::string renamed = name;
    for (const int conv : {0, 1, 2}) {
      const std::string now = fmt::format(".conv.{}.0.", conv);
      const auto at = renamed.find(now);
      if (at != std::string::npos) {
        renamed.replace(at, now.size(), fmt::format(".conv.{}.", 2 * conv));
        break;
      }
    }
    const auto blocks = renamed.find("_blocks.");
    if (blocks != std::string::npos && renamed.find("extra") == std::string::npos) {
      renamed.erase(blocks + 9, 2);  // "_blocks.1.0.weight" -> "_blocks.1.weight"
    }
    old[renamed] = tensor;
  }
  ASSERT_TRUE(old.contains("head.regression_head.conv.4.bias"));
  ASSERT_TRUE(old.contains("backbone.fpn.inner_blocks.2.weight"));
  load_detector(target, own_of(old, config), "a.pth");
  expect_equal(source, target);
}

}  // namespace
}  // namespace rn
