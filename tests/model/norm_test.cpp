#include "model/norm.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "model/state_dict.h"

namespace rn {
namespace {

constexpr auto kDouble = torch::kFloat64;

/// Statistics and affine values that are far from 0 and 1.
void randomize(ChannelNorm& norm) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : state_dict(*norm)) {
    if (!tensor.is_floating_point()) continue;
    torch::Tensor(tensor).copy_(torch::rand_like(tensor) + 0.5);
  }
}

torch::Tensor unfolded(const torch::nn::Conv2d& conv, ChannelNorm& norm, const torch::Tensor& x) {
  StateDict s = state_dict(*norm);
  const auto per_channel = [](const torch::Tensor& t) { return t.reshape({1, -1, 1, 1}); };
  const torch::Tensor y = torch::conv2d(x, conv->weight, conv->bias, 2, 1);
  return (y - per_channel(s["running_mean"])) / per_channel((s["running_var"] + 1e-5).sqrt()) *
             per_channel(s["weight"]) +
         per_channel(s["bias"]);
}

TEST(ConvNorm, FoldedNormEqualsTheUnfoldedWithGradients) {
  torch::manual_seed(3);
  for (const Norm kind : {Norm::kFrozenBatchNorm, Norm::kBatchNorm}) {
    for (const bool bias : {false, true}) {
      auto conv = make_conv(4, 6, 3, /*stride=*/2, /*groups=*/1, bias);
      ChannelNorm norm(kind, 6);
      conv->to(kDouble);
      norm->to(kDouble);
      norm->eval();
      randomize(norm);
      const torch::Tensor x = torch::randn({2, 4, 7, 9}, kDouble).requires_grad_(true);
      std::vector<torch::Tensor> inputs = {x, conv->weight};
      if (bias) inputs.push_back(conv->bias);
      for (const auto& p : norm->parameters()) inputs.push_back(p);
      const torch::Tensor folded = conv_norm(conv, norm, x);
      const torch::Tensor plain = unfolded(conv, norm, x);
      EXPECT_LT((folded - plain).abs().max().item<double>(), 1e-12);
      const torch::Tensor seed = torch::randn_like(plain);
      const auto a = torch::autograd::grad({folded}, inputs, {seed});
      const auto b = torch::autograd::grad({plain}, inputs, {seed});
      for (size_t i = 0; i < a.size(); ++i) {
        EXPECT_LT((a[i] - b[i]).abs().max().item<double>(), 1e-12) << "input " << i;
      }
    }
  }
}

TEST(ChannelNorm, BatchNormInTrainModeNormalisesAndCounts) {
  ChannelNorm norm(Norm::kBatchNorm, 2);
  // Channel 0: 1, 3 (mean 2, variance 1, unbiased 2); channel 1: 0, 4.
  const torch::Tensor x = torch::tensor({1.f, 0.f, 3.f, 4.f}).reshape({2, 2, 1, 1});
  const torch::Tensor y = norm->forward(x);
  EXPECT_NEAR(y[0][0].item<float>(), -1.0f, 1e-4f);
  EXPECT_NEAR(y[1][1].item<float>(), 1.0f, 1e-4f);
  const StateDict s = state_dict(*norm);
  EXPECT_NEAR(s.at("running_mean")[0].item<float>(), 0.2f, 1e-6f);
  EXPECT_NEAR(s.at("running_var")[0].item<float>(), 0.9f + 0.2f, 1e-6f);
  EXPECT_EQ(s.at("num_batches_tracked").item<int64_t>(), 1);
}

TEST(ChannelNorm, FrozenBatchNormStaysAffineInTrainMode) {
  ChannelNorm norm(Norm::kFrozenBatchNorm, 3);
  norm->train();
  EXPECT_TRUE(norm->is_affine());
  const torch::Tensor x = torch::randn({2, 3, 4, 4});
  EXPECT_LT((norm->forward(x) - x).abs().max().item<float>(), 1e-4f);
}

}  // namespace
}  // namespace rn
