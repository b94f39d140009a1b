#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/start_weights.h"
#include "model/torch_writer.h"
#include "weight_fixtures.h"

namespace rn {
namespace {

using rn::testing::body_of;
using rn::testing::error_of;
using rn::testing::make_model;
using rn::testing::own_of;
using rn::testing::small_config;
using rn::testing::TemporaryFile;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(DetectorWeights, WhatIsMissingUnexpectedOrMisshapedIsListed) {
  RetinaNet model = make_model(small_config(), 2, 1);
  StateDict file = state_dict(*make_model(small_config(), 3, 1));
  file.erase("backbone.fpn.extra_blocks.p6.bias");
  file["head.stray"] = torch::zeros({1});
  EXPECT_THAT(error_of([&] { load_detector(model, own_of(file, model->config()), "a.pth"); }),
              AllOf(HasSubstr("1 missing: backbone.fpn.extra_blocks.p6.bias"),
                    HasSubstr("1 unexpected: head.stray"),
                    HasSubstr("cls_logits.bias (found [27], expected [18])"),
                    HasSubstr("it is a torchvision RetinaNet")));
  EXPECT_THAT(
      error_of([&] { load_detector(model, own_of(body_of(model), model->config()), "r.pth"); }),
      AllOf(HasSubstr("is a torchvision classifier"), HasSubstr("model.backbone.weights")));
}

TEST(DetectorWeights, PartialLoadingTakesWhatFitsAndSaysWhatDoesNot) {
  const TemporaryFile place("partial.pth");
  RetinaNet source = make_model(small_config(), 3, 1);
  StateDict file = state_dict(*source);
  file["head.stray"] = torch::zeros({1});
  write_torch_file(place.path(), file);
  ModelConfig config = small_config();
  config.weights.file = place.path().string();
  config.weights.partial = true;
  RetinaNet target = make_model(config, 2, 2);
  const torch::Tensor before =
      state_dict(*target).at("head.classification_head.cls_logits.weight").clone();
  const std::vector<std::string> report = load_start_weights(target).lines;
  ASSERT_EQ(report.size(), 3U);
  EXPECT_THAT(report[0], AllOf(HasSubstr("3 skipped"), HasSubstr("2 reinitialised")));
  EXPECT_THAT(report[1], AllOf(HasSubstr("head.stray (no such tensor here)"),
                               HasSubstr("cls_logits.bias (found [27], expected [18])")));
  EXPECT_THAT(report[2], HasSubstr("reinitialised: head.classification_head.cls_logits.bias"));
  const StateDict a = state_dict(*source), b = state_dict(*target);
  EXPECT_TRUE(b.at("head.classification_head.cls_logits.weight").equal(before));
  for (const char* name : {"head.regression_head.bbox_reg.weight", "backbone.body.conv1.weight"}) {
    EXPECT_TRUE(a.at(name).equal(b.at(name))) << name;
  }
  config.weights.partial = false;
  RetinaNet strict = make_model(config, 2, 2);
  EXPECT_THAT(error_of([&] { load_start_weights(strict); }), HasSubstr("1 unexpected: head.stray"));
}

TEST(DetectorWeights, APixelOrderWithoutAFileIsAnError) {
  ModelConfig config = small_config();
  config.weights.pixel_order = PixelOrder::kBgr;
  RetinaNet model = make_model(config, 1, 1);
  EXPECT_THAT(error_of([&] { load_start_weights(model); }),
              HasSubstr("neither model.weights.file nor model.backbone.weights names a file"));
}

TEST(DetectorWeights, NothingThatFitsIsAnError) {
  const TemporaryFile place("nothing.pth");
  write_torch_file(place.path(), {{"backbone.body.conv1.weight", torch::zeros({1})}});
  ModelConfig config = small_config();
  config.weights = {.file = place.path().string(), .partial = true};
  RetinaNet model = make_model(config, 1, 1);
  EXPECT_THAT(error_of([&] { load_start_weights(model); }), HasSubstr("none of its 1 tensors"));
}

TEST(WeightNames, UnknownNamesAreShown) {
  const ModelConfig config = small_config();
  EXPECT_THAT(error_of([&] {
                own_of({{"encoder.0", torch::zeros({1})}}, config);
              }),
              AllOf(HasSubstr("a.pth"), HasSubstr("encoder.0"), HasSubstr("conv1_w")));
}

// A name of a megabyte is a name nobody knows, not a stack overflow; an empty tensor no crash.
TEST(WeightNames, LongNamesAndEmptyTensorsAreSurvivedInEveryKindOfFile) {
  const ModelConfig config = small_config();
  std::string longest(1'000'000, 'a');
  longest += ".weight";
  for (const char* known : {"conv1.weight", "backbone.body.conv1.weight", "conv1_w",
                            "backbone.bottom_up.stem.conv1.weight", "stem.conv1.weight"}) {
    const StateDict file = {{known, torch::zeros({64, 3, 7, 7})},
                            {"layer1.0.conv1.weight", torch::zeros({1})},
                            {"head.cls_score.weight", torch::zeros({0})},
                            {longest, torch::zeros({1})}};
    const OwnWeights weights = own_of(file, config);
    EXPECT_GE(weights.tensors.size(), 3U) << known;
  }
}

TEST(WeightNames, TwoNamesThatBecomeOneAreRefused) {
  const ModelConfig config = small_config();
  const StateDict file = {{"backbone.body.conv1.weight", torch::zeros({1})},
                          {"head.regression_head.conv.2.weight", torch::zeros({1})},
                          {"head.regression_head.conv.1.0.weight", torch::zeros({1})}};
  EXPECT_THAT(error_of([&] { own_of(file, config); }), HasSubstr("two of its tensors"));
}

TEST(WeightNames, NormsOfADetectron2TowerAreNotTakenForConvolutions) {
  const StateDict file = {{"backbone.bottom_up.stem.conv1.weight", torch::zeros({64, 3, 7, 7})},
                          {"head.cls_subnet.0.weight", torch::zeros({1})},
                          {"head.cls_subnet.1.weight", torch::ones({1})}};
  const StateDict own = own_of(file, small_config()).tensors;
  EXPECT_EQ(own.at("head.classification_head.conv.0.0.weight").item<float>(), 0);
  EXPECT_TRUE(own.contains("head.cls_subnet.1.weight"));
}

TEST(TorchWriter, WhatIsWrittenIsReadBack) {
  const StateDict tensors = {{"a.weight", torch::arange(24)
                                              .to(torch::kFloat32)
                                              .view({1, 2, 3, 4})
                                              .contiguous(torch::MemoryFormat::ChannelsLast)},
                             {"bf16", torch::ones({3}, torch::kBFloat16)},
                             {"counter", torch::full({}, 7, torch::kInt64)},
                             {"double", torch::rand({2, 2}, torch::kFloat64).t()},
                             {"empty", torch::zeros({0, 4})},
                             {"flag", torch::tensor({true, false})}};
  const TemporaryFile place("written.pth");
  write_torch_file(place.path(), tensors);
  const StateDict read = read_weights(place.path()).tensors;
  ASSERT_EQ(read.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(read.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(read.at(name).equal(tensor)) << name;
  }
}

}  // namespace
}  // namespace rn
