#include "model/group_norm.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "core/torch_compat.h"

namespace rn {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

struct Case {
  torch::Tensor x, weight, bias, seed;
};

Case make_case(torch::Dtype dtype, int64_t height, int64_t width) {
  torch::manual_seed(5);
  const auto affine = dtype == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  Case c{(torch::randn({2, 8, height, width}, torch::kFloat64) * 3 + 1).to(dtype),
         torch::randn({8}, affine), torch::randn({8}, affine),
         torch::randn({2, 8, height, width}, torch::kFloat64).to(dtype)};
  c.x = c.x.contiguous(kChannelsLast).requires_grad_(true);
  c.weight.requires_grad_(true);
  c.bias.requires_grad_(true);
  return c;
}

/// y and the three gradients.
template <class Norm>
std::vector<torch::Tensor> run(const Case& c, Norm&& norm) {
  const torch::Tensor y = norm(c.x, c.weight, c.bias);
  std::vector<torch::Tensor> all = torch::autograd::grad({y}, {c.x, c.weight, c.bias}, {c.seed});
  all.insert(all.begin(), y.detach());
  return all;
}

/// LibTorch's, in double and NCHW.
std::vector<torch::Tensor> reference(const Case& c) {
  Case d = c;
  for (torch::Tensor* t : {&d.x, &d.weight, &d.bias}) {
    *t = t->detach().to(torch::kFloat64).contiguous().requires_grad_(true);
  }
  d.seed = c.seed.to(torch::kFloat64).contiguous();
  return run(d, [](const auto& x, const auto& w, const auto& b) {
    return torch::group_norm(x, 4, w, b, 1e-5);
  });
}

using Size = std::pair<int64_t, int64_t>;

void expect_close(torch::Dtype dtype, double tolerance, const std::vector<Size>& sizes) {
  for (const auto& [height, width] : sizes) {
    const Case c = make_case(dtype, height, width);
    const auto ours = run(c, [](const auto& x, const auto& w, const auto& b) {
      return group_norm(x, 4, w, b, 1e-5);
    });
    const auto theirs = reference(c);
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
  expect_close(torch::kFloat64, 1e-12, {{20, 30}, {1, 1}, {3, 2}});
}

// Not 1 x 1: of two values, nearly equal, float keeps four digits of the difference.
TEST(GroupNorm, EqualsLibTorchInFloat) { expect_close(torch::kFloat32, 1e-5, {{20, 30}, {3, 2}}); }

TEST(GroupNorm, KeepsBfloat16AndSumsInFloat) {
  expect_close(torch::kBFloat16, 1.0 / 128, {{20, 30}, {1, 1}, {3, 2}});
}

TEST(GroupNorm, WorkedByHand) {
  // One group of two channels, two pixels: values 1, 2, 3, 6, mean 3, variance 3.5.
  const torch::Tensor x = torch::tensor({1., 2., 3., 6.}, torch::kFloat64).reshape({1, 2, 1, 2});
  const torch::Tensor y = group_norm(x, 1, torch::tensor({1., 2.}, torch::kFloat64),
                                     torch::tensor({0., 10.}, torch::kFloat64), 0.5);
  const std::vector<double> expected = {-1.0, -0.5, 10.0, 13.0};
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(y.flatten()[i].item<double>(), expected[i], 1e-12);
}

TEST(GroupNorm, NumberOfThreadsDoesNotChangeAResult) {
  const Case c = make_case(torch::kFloat32, 40, 50);
  const auto norm = [](const auto& x, const auto& w, const auto& b) {
    return group_norm(x, 4, w, b, 1e-5);
  };
  const int threads = torch::get_num_threads();
  torch::set_num_threads(1);
  const auto one = run(c, norm);
  torch::set_num_threads(2);
  const auto two = run(c, norm);
  torch::set_num_threads(threads);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(one[i].equal(two[i])) << "output " << i;
}

TEST(GroupNorm, StaysInLowPrecisionUnderAutocast) {
  const Case c = make_case(torch::kBFloat16, 4, 4);
  const AutocastScope autocast(torch::kCPU, torch::kBFloat16);
  EXPECT_EQ(group_norm(c.x, 4, c.weight, c.bias, 1e-5).scalar_type(), torch::kBFloat16);
}

}  // namespace
}  // namespace rn
