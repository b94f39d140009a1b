// Winograd's convolutions against the direct one in double precision, and where they are used.
#include "model/winograd.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/torch_compat.h"
#include "model/convolution.h"
#include "model/matrix_products.h"
#include "model/prepared_weights.h"
#include "model/retinanet.h"

namespace rn {
namespace {

/// As a share of the standard deviation of what is expected.
double largest_error(const torch::Tensor& found, const torch::Tensor& expected) {
  const auto wide = expected.to(torch::kFloat64);
  const double unit = expected.numel() > 1 ? wide.std().item<double>() : 1.0;
  return (found.to(torch::kFloat64) - wide).abs().max().item<double>() / unit;
}

torch::Tensor on_map(int64_t height, int64_t width, double value) {
  return torch::full({1, 1, height, width}, value);
}

TEST(Winograd, CountsTheNeighboursOfEachCell) {
  // A kernel of ones on a map of ones: 4 cells at a corner, 6 at an edge, 9 inside.
  const auto counts = winograd_conv({on_map(3, 6, 1)}, torch::ones({1, 1, 3, 3}), {})[0];
  const auto expected =
      torch::tensor({{4., 6., 6., 6., 6., 4.}, {6., 9., 9., 9., 9., 6.}, {4., 6., 6., 6., 6., 4.}});
  EXPECT_TRUE(torch::allclose(counts[0][0], expected.to(torch::kFloat32), 1e-6, 1e-5));
}

TEST(Winograd, ReadsTheRightNeighbour) {
  // One tap of 1, at the right of the middle: each cell becomes its right neighbour.
  auto weight = torch::zeros({1, 1, 3, 3});
  weight[0][0][1][2] = 1;
  const auto map = torch::arange(1, 31, torch::kFloat32).reshape({1, 1, 5, 6});
  const auto moved = winograd_conv({map}, weight, torch::tensor({100.0F}))[0];
  const auto expected = torch::constant_pad_nd(map, {0, 1}).narrow(3, 1, 6) + 100;
  EXPECT_TRUE(torch::allclose(moved, expected, 0, 1e-4));
}

struct WinogradCase {
  std::vector<std::vector<int64_t>> maps;  ///< N, H, W of each
  int64_t inputs;
  int64_t outputs;
  bool has_bias = true;
  torch::MemoryFormat format = torch::MemoryFormat::ChannelsLast;
};

/// Maps, weight, bias and a gradient for each result, all random.
struct WinogradScene {
  explicit WinogradScene(const WinogradCase& of) {
    torch::manual_seed(4);
    for (const auto& size : of.maps) {
      maps.push_back(random({size[0], of.inputs, size[1], size[2]}, of.format));
      gradients.push_back(torch::randn({size[0], of.outputs, size[1], size[2]}));
    }
    weight = random({of.outputs, of.inputs, 3, 3}, of.format);
    if (of.has_bias) bias = torch::randn({of.outputs}).requires_grad_();
  }

  static torch::Tensor random(const std::vector<int64_t>& sizes, torch::MemoryFormat format) {
    return torch::randn(sizes).contiguous(format).requires_grad_();
  }

  std::vector<torch::Tensor> leaves() const {
    std::vector<torch::Tensor> all = maps;
    all.push_back(weight);
    if (bias.defined()) all.push_back(bias);
    return all;
  }

  /// The gradients of all leaves, for results of any dtype.
  std::vector<torch::Tensor> backward(const Maps& results) const {
    std::vector<torch::Tensor> given;
    for (size_t i = 0; i < results.size(); ++i) given.push_back(gradients[i].to(results[i]));
    return torch::autograd::grad(results, leaves(), given);
  }

  /// In double precision.
  Maps direct() const {
    const auto wide_bias = bias.defined() ? bias.to(torch::kFloat64) : bias;
    Maps results;
    for (const torch::Tensor& map : maps) {
      results.push_back(torch::conv2d(map.to(torch::kFloat64), weight.to(torch::kFloat64),
                                      wide_bias, /*stride=*/1, /*padding=*/1));
    }
    return results;
  }

  std::vector<torch::Tensor> maps, gradients;
  torch::Tensor weight, bias;
};

class WinogradCases : public ::testing::TestWithParam<WinogradCase> {};

TEST_P(WinogradCases, EqualTheDirectConvolutionInValuesAndGradients) {
  const WinogradScene scene(GetParam());
  const Maps found = winograd_conv(scene.maps, scene.weight, scene.bias);
  const Maps expected = scene.direct();
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(found[i].is_contiguous(torch::MemoryFormat::ChannelsLast));
    EXPECT_LE(largest_error(found[i], expected[i]), 1e-4) << "map " << i;
  }
  const auto gradients = scene.backward(found);
  const auto expected_gradients = scene.backward(expected);
  for (size_t i = 0; i < gradients.size(); ++i) {
    EXPECT_LE(largest_error(gradients[i], expected_gradients[i]), 2e-4) << "leaf " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, WinogradCases,
    ::testing::Values(WinogradCase{{{1, 1, 1}}, 1, 1}, WinogradCase{{{2, 4, 4}}, 16, 16},
                      WinogradCase{{{1, 1, 9}}, 3, 5}, WinogradCase{{{3, 5, 2}}, 17, 35},
                      WinogradCase{{{2, 13, 10}, {2, 7, 5}, {2, 1, 1}}, 24, 33},
                      WinogradCase{{{1, 8, 8}, {2, 5, 6}}, 4, 20, /*has_bias=*/false},
                      // More tiles than one matrix product takes, and more than one block.
                      WinogradCase{{{2, 90, 70}}, 8, 6}, WinogradCase{{{1, 200, 300}}, 64, 2},
                      WinogradCase{{{2, 9, 7}}, 20, 12, true, torch::MemoryFormat::Contiguous},
                      WinogradCase{{{2, 20, 24}}, 256, 256}));

TEST(Winograd, GivesNoGradientToWhatIsFrozen) {
  WinogradScene scene({{{2, 6, 6}}, 5, 4});
  scene.maps[0].requires_grad_(false);
  scene.bias.requires_grad_(false);
  winograd_conv(scene.maps, scene.weight, scene.bias)[0].sum().backward();
  EXPECT_TRUE(scene.weight.grad().defined());
  EXPECT_FALSE(scene.maps[0].grad().defined());
  EXPECT_FALSE(scene.bias.grad().defined());
}

TEST(Winograd, HasZeroGradientsWhereAResultIsNotUsed) {
  const WinogradScene scene({{{1, 6, 6}, {1, 3, 3}}, 5, 4});
  const Maps found = winograd_conv(scene.maps, scene.weight, scene.bias);
  const auto gradients =
      torch::autograd::grad({found[0].sum()}, scene.leaves(), {}, {}, false, true);
  EXPECT_EQ(gradients[1].abs().max().item<double>(), 0.0);
  EXPECT_GT(gradients[0].abs().max().item<double>(), 0.0);
}

TEST(Winograd, HasNoSecondDerivative) {
  const WinogradScene scene({{{1, 6, 6}}, 5, 4});
  const Maps found = winograd_conv(scene.maps, scene.weight, scene.bias);
  try {
    torch::autograd::grad({found[0].sum()}, {scene.weight}, {}, {}, /*create_graph=*/true);
    FAIL() << "gave one";
  } catch (const std::exception& error) {
    EXPECT_NE(std::string(error.what()).find("second derivative"), std::string::npos)
        << error.what();
  }
}

TEST(Winograd, IsTheSameForAnyNumberOfThreads) {
  const WinogradScene scene({{{2, 90, 70}, {2, 11, 9}}, 40, 24});
  const int before = at::get_num_threads();
  const auto computed = [&](int threads) {
    at::set_num_threads(threads);
    Maps results = winograd_conv(scene.maps, scene.weight, scene.bias);
    const auto gradients = scene.backward(results);
    results.insert(results.end(), gradients.begin(), gradients.end());
    return results;
  };
  const auto alone = computed(1), together = computed(3);
  at::set_num_threads(before);
  for (size_t i = 0; i < alone.size(); ++i) {
    EXPECT_TRUE(torch::equal(alone[i], together[i])) << i;
  }
}

/// Large enough for Winograd's algorithm.
struct LargeConv {
  LargeConv() { torch::manual_seed(2); }
  torch::Tensor libtorch() { return torch::conv2d(map, conv->weight, conv->bias, 1, 1); }

  torch::nn::Conv2d conv = make_conv(256, 256, 3, 1, 1, /*bias=*/true);
  torch::Tensor map = torch::randn({1, 256, 64, 64}).contiguous(torch::MemoryFormat::ChannelsLast);
  torch::NoGradGuard no_grad;
};

TEST(Convolve, TakesWinogradForLargeMaps) {
  if (!has_fast_matrix_products(torch::kCPU)) GTEST_SKIP() << "no fast BLAS here";
  LargeConv large;
  const auto expected = large.libtorch();
  const auto found = convolve(large.conv, large.map);
  EXPECT_FALSE(torch::equal(found, expected));
  EXPECT_LE(largest_error(found, expected), 1e-4);
}

TEST(Convolve, LeavesTheRestToLibTorch) {
  LargeConv large;
  const auto expected = large.libtorch();
  {
    const LibTorchConvolutionsScope libtorch_only;
    EXPECT_TRUE(torch::equal(convolve(large.conv, large.map), expected));
  }
  {
    const AutocastScope autocast(torch::kCPU, torch::kBFloat16);
    EXPECT_EQ(convolve(large.conv, large.map).scalar_type(), torch::kBFloat16);
  }
  const auto small = large.map.narrow(2, 0, 8).narrow(3, 0, 8);
  EXPECT_TRUE(torch::equal(convolve(large.conv, small),
                           torch::conv2d(small, large.conv->weight, large.conv->bias, 1, 1)));
  large.conv->to(torch::kFloat64);
  EXPECT_EQ(convolve(large.conv, large.map.to(torch::kFloat64)).scalar_type(), torch::kFloat64);
}

/// The gradients of all parameters of a network that is large enough for Winograd's algorithm in
/// the heads, the pyramid and the backbone, with a folded norm.
std::map<std::string, torch::Tensor> network_gradients(RetinaNet& model) {
  model->zero_grad();
  torch::manual_seed(9);
  torch::Tensor sum = torch::zeros({});
  for (const LevelPredictions& level : model->forward(torch::randn({1, 3, 256, 416}))) {
    sum = sum + level.logits.square().mean() + level.deltas.square().mean();
  }
  sum.backward();
  std::map<std::string, torch::Tensor> gradients;
  for (const auto& entry : model->named_parameters()) {
    gradients[entry.key()] = entry.value().grad().clone();
  }
  return gradients;
}

TEST(Winograd, GivesANetworkTheGradientsOfTheDirectConvolution) {
  if (!has_fast_matrix_products(torch::kCPU)) GTEST_SKIP() << "no fast BLAS here";
  torch::manual_seed(8);
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet18;
  config.backbone.norm = Norm::kFrozenBatchNorm;
  config.backbone.frozen_stages = 0;
  RetinaNet model(config, 3);
  const auto found = network_gradients(model);
  const LibTorchConvolutionsScope direct;
  const auto expected = network_gradients(model);
  bool is_equal = true;
  for (const auto& [name, gradient] : expected) {
    is_equal = is_equal && torch::equal(found.at(name), gradient);
    // A rounding that turns a ReLU about counts through all layers below it.
    const double size = gradient.norm().item<double>();
    EXPECT_LE((found.at(name) - gradient).norm().item<double>(), 2e-3 * size) << name;
  }
  EXPECT_FALSE(is_equal) << "Winograd's algorithm was not used";
}

TEST(PreparedWeights, AreKeptInAScopeAndGiveTheSameBits) {
  LargeConv large;
  const auto expected = convolve(large.conv, large.map);
  PreparedWeights kept;
  const PreparedWeights::Scope scope(kept);
  EXPECT_TRUE(torch::equal(convolve(large.conv, large.map), expected));
  large.conv->weight.zero_();  // against the rules, to see that the first one's is used
  EXPECT_TRUE(torch::equal(convolve(large.conv, large.map), expected));
}

TEST(PreparedWeights, EndWithTheirScope) {
  int made = 0;
  const auto source = torch::ones({2});
  const auto get = [&] {
    return PreparedWeights::get(source, Preparation::kFolded, [&] {
      ++made;
      return source * 2;
    });
  };
  get();
  get();
  EXPECT_EQ(made, 2);
  PreparedWeights kept;
  {
    const PreparedWeights::Scope scope(kept);
    get();
    get();
    EXPECT_EQ(made, 3);
  }
  get();
  EXPECT_EQ(made, 4);
}

TEST(Convolve, KeepsStrideAndGroups) {
  const torch::NoGradGuard no_grad;
  const auto map = torch::randn({1, 256, 80, 80});
  auto strided = make_conv(256, 256, 3, /*stride=*/2);
  EXPECT_TRUE(torch::equal(convolve(strided, map),
                           torch::conv2d(map, strided->weight, {}, /*stride=*/2, /*padding=*/1)));
  auto grouped = make_conv(256, 256, 3, 1, /*groups=*/32);
  EXPECT_TRUE(torch::equal(
      convolve(grouped, map),
      torch::conv2d(map, grouped->weight, {}, /*stride=*/1, /*padding=*/1, 1, /*groups=*/32)));
}

}  // namespace
}  // namespace rn
