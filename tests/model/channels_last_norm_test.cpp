#include "model/channels_last_norm.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "core/torch_compat.h"

namespace rn {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

struct NormCase {
  torch::Tensor x, weight, bias, seed;
};

NormCase make_case(torch::Dtype dtype, int64_t height, int64_t width) {
  torch::manual_seed(5);
  const auto affine = dtype == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  NormCase c{(torch::randn({2, 8, height, width}, torch::kFloat64) * 3 + 1).to(dtype),
             torch::randn({8}, affine), torch::randn({8}, affine),
             torch::randn({2, 8, height, width}, torch::kFloat64).to(dtype)};
  c.x = c.x.contiguous(kChannelsLast).requires_grad_(true);
  c.weight.requires_grad_(true);
  c.bias.requires_grad_(true);
  return c;
}

/// y and the three gradients.
template <class Norm>
std::vector<torch::Tensor> run(const NormCase& c, Norm&& norm) {
  const torch::Tensor y = norm(c.x, c.weight, c.bias);
  std::vector<torch::Tensor> all = torch::autograd::grad({y}, {c.x, c.weight, c.bias}, {c.seed});
  all.insert(all.begin(), y.detach());
  return all;
}

torch::Tensor grouped(const torch::Tensor& x, const torch::Tensor& w, const torch::Tensor& b) {
  return group_norm(x, 4, w, b, 1e-5);
}

torch::Tensor batched(const torch::Tensor& x, const torch::Tensor& w, const torch::Tensor& b) {
  const RunningStatistics running{torch::zeros({8}), torch::ones({8}), 0.1};
  return batch_norm(x, w, b, running, 1e-5);
}

torch::Tensor their_grouped(const torch::Tensor& x, const torch::Tensor& w,
                            const torch::Tensor& b) {
  return torch::group_norm(x, 4, w, b, 1e-5);
}

torch::Tensor their_batched(const torch::Tensor& x, const torch::Tensor& w,
                            const torch::Tensor& b) {
  return torch::batch_norm(x, w, b, {}, {}, true, 0.1, 1e-5, false);
}

struct Pair {
  torch::Tensor (*ours)(const torch::Tensor&, const torch::Tensor&, const torch::Tensor&);
  torch::Tensor (*theirs)(const torch::Tensor&, const torch::Tensor&, const torch::Tensor&);
};
constexpr Pair kGroup{grouped, their_grouped};
constexpr Pair kBatch{batched, their_batched};

/// LibTorch's, in double and NCHW.
std::vector<torch::Tensor> reference(const NormCase& c, const Pair& pair) {
  NormCase d = c;
  for (torch::Tensor* t : {&d.x, &d.weight, &d.bias}) {
    *t = t->detach().to(torch::kFloat64).contiguous().requires_grad_(true);
  }
  d.seed = c.seed.to(torch::kFloat64).contiguous();
  return run(d, pair.theirs);
}

using Size = std::pair<int64_t, int64_t>;

void expect_close(const Pair& pair, torch::Dtype dtype, double tolerance,
                  const std::vector<Size>& sizes) {
  for (const auto& [height, width] : sizes) {
    const NormCase c = make_case(dtype, height, width);
    const auto ours = run(c, pair.ours);
    const auto theirs = reference(c, pair);
    for (size_t i = 0; i < ours.size(); ++i) {
      const double scale = std::max(1.0, theirs[i].abs().max().item<double>());
      EXPECT_LT((ours[i].to(torch::kFloat64) - theirs[i]).abs().max().item<double>(),
                tolerance * scale)
          << "output " << i << " of " << height << "x" << width;
    }
    EXPECT_EQ(ours[0].scalar_type(), dtype);
    EXPECT_EQ(ours[1].scalar_type(), dtype);
    EXPECT_TRUE(ours[0].is_contiguous(kChannelsLast));
    EXPECT_TRUE(ours[1].is_contiguous(kChannelsLast));
  }
}

// 20 x 30 cells are more than one chunk of the sums; 1 x 1 is the least.
TEST(GroupNorm, EqualsLibTorchInDouble) {
  expect_close(kGroup, torch::kFloat64, 1e-12, {{20, 30}, {1, 1}, {3, 2}});
}

TEST(BatchNorm, EqualsLibTorchInDouble) {
  expect_close(kBatch, torch::kFloat64, 1e-12, {{20, 30}, {1, 1}, {3, 2}});
}

// Not 1 x 1: of two values, nearly equal, float keeps four digits of the difference.
TEST(GroupNorm, EqualsLibTorchInFloat) {
  expect_close(kGroup, torch::kFloat32, 1e-5, {{20, 30}, {3, 2}});
}

TEST(BatchNorm, EqualsLibTorchInFloat) {
  expect_close(kBatch, torch::kFloat32, 1e-5, {{20, 30}, {3, 2}});
}

TEST(GroupNorm, KeepsBfloat16AndSumsInDouble) {
  expect_close(kGroup, torch::kBFloat16, 1.0 / 128, {{20, 30}, {1, 1}, {3, 2}});
}

TEST(BatchNorm, KeepsBfloat16AndSumsInDouble) {
  expect_close(kBatch, torch::kBFloat16, 1.0 / 128, {{20, 30}, {3, 2}});
}

// Sums of float32 lose the variance of values whose mean is 3000 times their deviation, and the
// gradient of the input, a small difference of large sums. What is left is the rounding of the
// values themselves: 3000 * 2^-24.
TEST(BatchNorm, HoldsWhereTheMeanIsLarge) {
  NormCase c = make_case(torch::kFloat32, 60, 70);
  c.x = (c.x.detach() / 3 + 3000).requires_grad_(true);
  const auto ours = run(c, batched), theirs = reference(c, kBatch);
  for (size_t i = 0; i < ours.size(); ++i) {
    EXPECT_LT((ours[i] - theirs[i]).norm().item<double>(), 2e-4 * theirs[i].norm().item<double>())
        << "output " << i;
  }
}

TEST(GroupNorm, WorkedByHand) {
  // One group of two channels, two pixels: values 1, 2, 3, 6, mean 3, variance 3.5.
  const torch::Tensor x = torch::tensor({1., 2., 3., 6.}, torch::kFloat64).reshape({1, 2, 1, 2});
  const torch::Tensor y = group_norm(x, 1, torch::tensor({1., 2.}, torch::kFloat64),
                                     torch::tensor({0., 10.}, torch::kFloat64), 0.5);
  const std::vector<double> expected = {-1.0, -0.5, 10.0, 13.0};
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(y.flatten()[i].item<double>(), expected[i], 1e-12);
}

TEST(BatchNorm, WorkedByHand) {
  // Two images of one channel: values 1, 2 and 3, 6, mean 3, variance 3.5, unbiased 14 / 3.
  const auto tensor = [](std::vector<double> v) { return torch::tensor(v, torch::kFloat64); };
  const torch::Tensor x = tensor({1, 2, 3, 6}).reshape({2, 1, 1, 2});
  const RunningStatistics running{tensor({1}), tensor({2}), 0.1};
  const torch::Tensor y = batch_norm(x, tensor({2}), tensor({10}), running, 0.5);
  const std::vector<double> expected = {8.0, 9.0, 10.0, 13.0};
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(y.flatten()[i].item<double>(), expected[i], 1e-12);
  EXPECT_NEAR(running.mean.item<double>(), 0.9 * 1 + 0.1 * 3, 1e-12);
  EXPECT_NEAR(running.variance.item<double>(), 0.9 * 2 + 0.1 * 14 / 3, 1e-12);
}

TEST(BatchNorm, OnePixelLeavesTheRunningVariance) {
  const RunningStatistics running{torch::zeros({1}), torch::full({1}, 2.0F), 0.1};
  const torch::Tensor y = batch_norm(torch::full({1, 1, 1, 1}, 5.0F), torch::ones({1}),
                                     torch::full({1}, 7.0F), running, 1e-5);
  EXPECT_NEAR(y.item<float>(), 7.0F, 1e-3);
  EXPECT_FLOAT_EQ(running.mean.item<float>(), 0.5F);
  EXPECT_EQ(running.variance.item<float>(), 2.0F);
}

// As an activation after the norm does it. Of a view, autograd would copy all for each change.
TEST(BatchNorm, ItsResultCanBeChangedInPlace) {
  const NormCase small = make_case(torch::kFloat32, 2, 2);
  EXPECT_FALSE(batched(small.x, small.weight, small.bias).is_view());
  const NormCase c = make_case(torch::kFloat64, 3, 4);
  const auto ours =
      run(c, [](const auto& x, const auto& w, const auto& b) { return batched(x, w, b).relu_(); });
  const auto plain = run(
      c, [](const auto& x, const auto& w, const auto& b) { return their_batched(x, w, b).relu(); });
  for (size_t i = 0; i < ours.size(); ++i) {
    EXPECT_TRUE(ours[i].allclose(plain[i], 1e-10, 1e-10)) << "output " << i;
  }
}

TEST(ChannelsLastNorm, NumberOfThreadsDoesNotChangeAResult) {
  const NormCase c = make_case(torch::kFloat32, 40, 50);
  const int threads = torch::get_num_threads();
  for (const auto norm : {grouped, batched}) {
    torch::set_num_threads(1);
    const auto one = run(c, norm);
    torch::set_num_threads(2);
    const auto two = run(c, norm);
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(one[i].equal(two[i])) << "output " << i;
  }
  torch::set_num_threads(threads);
}

TEST(ChannelsLastNorm, StaysInLowPrecisionUnderAutocast) {
  const NormCase c = make_case(torch::kBFloat16, 4, 4);
  const AutocastScope autocast(torch::kCPU, torch::kBFloat16);
  EXPECT_EQ(grouped(c.x, c.weight, c.bias).scalar_type(), torch::kBFloat16);
  EXPECT_EQ(batched(c.x, c.weight, c.bias).scalar_type(), torch::kBFloat16);
}

}  // namespace
}  // namespace rn
