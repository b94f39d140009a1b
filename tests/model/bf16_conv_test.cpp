// bfloat16 convolutions with gradients from matrix products, against the direct one in double.
#include "model/bf16_conv.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <vector>

#include "core/torch_compat.h"
#include "model/convolution.h"
#include "model/matrix_products.h"

namespace rn {
namespace {

/// As a share of the largest that is expected.
double largest_bf16_error(const torch::Tensor& found, const torch::Tensor& expected) {
  const auto difference = (found.to(torch::kFloat64) - expected).abs().max();
  return (difference / expected.abs().max()).item<double>();
}

struct Bf16Case {
  int64_t images, height, width, inputs, outputs, kernel;
  int64_t stride = 1;
  bool has_bias = true;
};

/// Random numbers that bfloat16 holds exactly.
torch::Tensor random(const std::vector<int64_t>& sizes) {
  return torch::randn(sizes).to(torch::kBFloat16).requires_grad_();
}

constexpr double kRounding = 1.0 / 512;  // of one number to bfloat16

class Bf16ConvCases : public testing::TestWithParam<Bf16Case> {};

TEST_P(Bf16ConvCases, HaveTheGradientsOfTheDirectConvolution) {
  const Bf16Case& of = GetParam();
  torch::manual_seed(6);
  const auto map = random({of.images, of.inputs, of.height, of.width});
  const auto weight = random({of.outputs, of.inputs, of.kernel, of.kernel});
  const auto bias = of.has_bias ? random({of.outputs}) : torch::Tensor();
  std::vector<torch::Tensor> leaves = {map, weight};
  if (of.has_bias) leaves.push_back(bias);

  const auto wide = [](const torch::Tensor& t) { return t.defined() ? t.to(torch::kFloat64) : t; };
  // LibTorch makes small products without oneDNN, and rounds their sums on the way.
  const bool is_small = map.numel() * of.outputs < 100'000;
  const double tolerance = is_small ? 16 * kRounding : 2 * kRounding;
  const auto expected =
      torch::conv2d(wide(map), wide(weight), wide(bias), of.stride, of.kernel / 2);
  const auto found = bf16_conv(map, weight, bias, of.stride);
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE(largest_bf16_error(found, expected), tolerance);

  const auto gradient = torch::randn(expected.sizes()).to(torch::kBFloat16);
  const auto gradients = torch::autograd::grad({found}, leaves, {gradient});
  const auto expected_gradients = torch::autograd::grad({expected}, leaves, {wide(gradient)});
  for (size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_EQ(gradients[i].scalar_type(), torch::kBFloat16);
    EXPECT_EQ(gradients[i].sizes(), leaves[i].sizes());
    EXPECT_LE(largest_bf16_error(gradients[i], wide(expected_gradients[i])), tolerance)
        << "leaf " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Bf16ConvCases,
                         testing::Values(Bf16Case{1, 1, 1, 3, 5, 3}, Bf16Case{2, 4, 6, 8, 5, 3},
                                         Bf16Case{1, 5, 1, 4, 4, 3},
                                         Bf16Case{3, 7, 9, 16, 24, 3, 1, false},
                                         Bf16Case{2, 4, 6, 8, 5, 1}, Bf16Case{2, 5, 7, 8, 6, 1, 2},
                                         Bf16Case{1, 1, 1, 4, 4, 1, 2},
                                         Bf16Case{2, 6, 4, 4, 8, 1, 2, false},
                                         Bf16Case{2, 20, 34, 64, 96, 3}));

TEST(Bf16Conv, CastsWhatIsFloatAndGivesItFloatGradients) {
  const auto map = torch::randn({1, 4, 5, 5}).requires_grad_();
  const auto weight = torch::randn({6, 4, 3, 3}).requires_grad_();
  const auto found = bf16_conv(map, weight, {}, 1);
  EXPECT_EQ(found.scalar_type(), torch::kBFloat16);
  found.to(torch::kFloat32).sum().backward();
  EXPECT_EQ(map.grad().scalar_type(), torch::kFloat32);
  EXPECT_EQ(weight.grad().scalar_type(), torch::kFloat32);
}

TEST(Bf16Conv, GivesNoGradientToWhatIsFrozen) {
  const auto map = torch::randn({1, 4, 5, 5});
  const auto weight = torch::randn({6, 4, 1, 1}).requires_grad_();
  bf16_conv(map, weight, {}, 1).to(torch::kFloat32).sum().backward();
  EXPECT_TRUE(weight.grad().defined());
  EXPECT_FALSE(map.grad().defined());
}

TEST(Convolve, UnderAutocastEqualsLibTorchsUpToRounding) {
  if (!has_fast_bf16_products(torch::kCPU)) GTEST_SKIP() << "no fast bfloat16 products here";
  torch::manual_seed(7);
  const auto map = torch::randn({2, 256, 10, 34}).requires_grad_();
  auto conv = make_conv(256, 256, 3, 1, 1, /*bias=*/true);
  ASSERT_TRUE(is_bf16_conv_quicker(map, conv->weight, 1));
  const AutocastScope autocast(torch::kCPU, torch::kBFloat16);
  const auto weight_gradient = [&](const torch::Tensor& result) {
    EXPECT_EQ(result.scalar_type(), torch::kBFloat16);
    return torch::autograd::grad({result.to(torch::kFloat32).square().sum()}, {conv->weight})[0].to(
        torch::kFloat64);
  };
  const auto found = weight_gradient(convolve(conv, map));
  const LibTorchConvolutionsScope libtorch_only;
  EXPECT_LE(largest_bf16_error(found, weight_gradient(convolve(conv, map))), 2 * kRounding);
}

}  // namespace
}  // namespace rn
