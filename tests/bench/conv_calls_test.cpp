#include "bench/conv_calls.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>

#include <set>

#include "core/torch_compat.h"
#include "model/convolution.h"
#include "model/retinanet.h"
#include "model/summary.h"

namespace rn {
namespace {

torch::nn::Conv2d conv(int64_t in, int64_t out, int64_t stride, bool bias) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(bias));
}

TEST(ConvRecorder, FindsConvolutionsAndTheGradientsThatAreAskedFor) {
  auto first = conv(3, 4, 2, /*bias=*/true);
  auto second = conv(4, 4, 1, /*bias=*/false);
  ConvCalls calls;
  {
    const ConvRecorder recorder;
    const auto x = first->forward(torch::rand({2, 3, 8, 8}));
    (second->forward(x) + second->forward(x)).sum().backward();
    calls = recorder.calls();
  }
  second->forward(torch::rand({1, 4, 8, 8}));  // nobody looks any more

  ConvCall stem{false, {2, 3, 8, 8}, {4, 3, 3, 3}, {2, 2}, {1, 1}, {1, 1}, 1, true};
  stem.gradients = {false, true, true};
  ConvCall stem_backward = stem;
  stem_backward.backward = true;
  ConvCall next{false, {2, 4, 4, 4}, {4, 4, 3, 3}, {1, 1}, {1, 1}, {1, 1}, 1, false};
  next.gradients = {true, true, false};
  ConvCall next_backward = next;
  next_backward.backward = true;
  EXPECT_EQ(calls, (ConvCalls{{stem, 1}, {stem_backward, 1}, {next, 2}, {next_backward, 2}}));
}

TEST(ConvRecorder, LeavesOutWhatAFrozenStageDoesNotCompute) {
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet18;
  config.backbone.frozen_stages = 2;  // the stem and layer1: 64 channels
  config.fpn.channels = 16;
  RetinaNet model(config, /*num_classes=*/7);
  const ConvRecorder recorder;
  torch::Tensor sum;
  for (const LevelPredictions& level : model->forward(torch::rand({1, 3, 128, 128}))) {
    const auto part = level.logits.sum() + level.deltas.sum();
    sum = sum.defined() ? sum + part : part;
  }
  sum.backward();
  int64_t frozen = 0;
  int64_t begins = 0;
  std::set<int64_t> logit_heights;
  for (const auto& [call, count] : recorder.calls()) {
    if (call.weight[0] == 64) {
      EXPECT_FALSE(call.backward) << call.text();
      frozen += count;
    }
    if (call.weight[0] == 128 && call.weight[1] == 64 && call.backward) {
      EXPECT_FALSE(call.gradients[0]) << call.text();
      EXPECT_TRUE(call.gradients[1]) << call.text();
      begins += count;
    }
    if (call.weight[0] == 9 * 7 && !call.backward) {
      EXPECT_EQ(count, 1) << call.text();
      logit_heights.insert(call.input[2]);
    }
  }
  EXPECT_EQ(frozen, 1 + 4);  // the stem, two blocks of two
  EXPECT_EQ(begins, 2);      // the first 3x3 of layer2 and its downsampling 1x1
  EXPECT_EQ(logit_heights, (std::set<int64_t>{16, 8, 4, 2, 1}));
}

TEST(ConvRecorder, CountsWhatTheModelsSummarySays) {
  ModelConfig config;  // ResNet-50
  RetinaNet model(config, /*num_classes=*/80);
  const torch::NoGradGuard no_gradients;
  const LibTorchConvolutionsScope no_kernels_of_our_own;
  const ConvRecorder recorder;
  model->forward(torch::rand({1, 3, 100, 136}));
  double flop = 0;
  for (const auto& [call, count] : recorder.calls()) {
    flop += static_cast<double>(count) * call.flop();
  }
  EXPECT_EQ(flop, 2 * summarize(model, {100, 136}, 4).total.macs);
}

TEST(ConvRecorder, SeesTheLayoutAndThePrecision) {
  auto layer = conv(8, 8, 1, /*bias=*/false);
  const auto x = torch::rand({1, 8, 4, 4});
  const ConvRecorder recorder;
  {
    const AutocastScope autocast(torch::kCPU, torch::kBFloat16);
    layer->forward(x.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  ASSERT_EQ(recorder.calls().size(), 1);
  EXPECT_EQ(recorder.calls().begin()->first.dtype, torch::kBFloat16);
  EXPECT_TRUE(recorder.calls().begin()->first.channels_last);
}

TEST(ConvRecorder, ReadsOneNumberForBothSides) {
  const ConvRecorder recorder;
  torch::conv2d(torch::rand({1, 1, 5, 9}), torch::rand({1, 1, 3, 3}), {}, /*stride=*/2,
                /*padding=*/1);
  ASSERT_EQ(recorder.calls().size(), 1);
  const ConvCall& call = recorder.calls().begin()->first;
  EXPECT_EQ(call.padding, (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(call.output(), (std::vector<int64_t>{1, 1, 3, 5}));
}

TEST(ConvCall, CountsMultiplicationsAndAdditions) {
  ConvCall call{false, {2, 3, 9, 8}, {4, 3, 3, 3}, {2, 2}, {1, 1}, {1, 1}};
  EXPECT_EQ(call.output(), (std::vector<int64_t>{2, 4, 5, 4}));
  // 160 outputs, each the sum of 27 products
  EXPECT_EQ(call.flop(), 2 * 160 * 27);
  call.backward = true;
  call.gradients = {false, true, false};
  EXPECT_EQ(call.flop(), 2 * 160 * 27);
  call.gradients = {true, true, false};
  EXPECT_EQ(call.flop(), 2 * 2 * 160 * 27);
}

TEST(ConvCall, CountsOnlyTheChannelsOfAGroup) {
  const ConvCall call{false, {1, 8, 1, 1}, {8, 2, 1, 1}, {1, 1}, {0, 0}, {1, 1}, 4};
  EXPECT_EQ(call.flop(), 2 * 8 * 2);
  EXPECT_EQ(call.text(), "forward 8 -> 8, 1x1, 4 groups, 1x1x1");
}

}  // namespace
}  // namespace rn
