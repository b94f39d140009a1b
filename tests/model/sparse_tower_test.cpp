// Box deltas of some anchors alone, against the dense tower.
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "core/torch_compat.h"
#include "model/cell_conv.h"
#include "model/heads.h"
#include "model/matrix_products.h"
#include "model/parameters.h"
#include "model/tower_cells.h"

namespace rn {
namespace {

using Sizes = std::vector<ImageSize>;

std::vector<int64_t> numbers(const torch::Tensor& tensor) {
  const auto flat = tensor.to(torch::kInt64).contiguous().view({-1});
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

TEST(TowerCells, AreTheSquareAroundAnOutputCutAtTheEdges) {
  const CellGrid grid{2, {{3, 4}, {1, 1}}};  // 24 cells of the first level, 2 of the second
  // The corner (0, 0) of the second image, and the only cell of the first on the second level.
  const TowerCells tower = tower_cells(grid, {12, 24}, 2);
  ASSERT_EQ(tower.convs.size(), 2u);
  // All of 3 x 3 is in reach of the corner after two convolutions: columns 0 to 2 of the image.
  EXPECT_EQ(numbers(tower.features[0]), (std::vector<int64_t>{12, 13, 14, 16, 17, 18, 20, 21, 22}));
  EXPECT_EQ(numbers(tower.features[1]), std::vector<int64_t>{0});
  const ConvCells& last = tower.convs[1];
  // It reads (0, 0), (0, 1), (1, 0), (1, 1), rows 0 to 3, and the other level's cell, row 4.
  EXPECT_EQ(numbers(last.inputs_of[0]), (std::vector<int64_t>{-1, -1, -1, -1, 0, 1, -1, 2, 3}));
  EXPECT_EQ(numbers(last.inputs_of[1]), (std::vector<int64_t>{-1, -1, -1, -1, 4, -1, -1, -1, -1}));
  EXPECT_EQ(numbers(last.outputs_of[3]), (std::vector<int64_t>{-1, -1, -1, -1, -1, -1, -1, -1, 0}));
  EXPECT_EQ(tower.written(), 2 + 5);
}

TEST(TowerCells, OfNothingAreNone) {
  const TowerCells tower = tower_cells({3, {{5, 5}}}, {}, 4);
  EXPECT_EQ(tower.written(), 0);
  EXPECT_EQ(tower.features[0].numel(), 0);
  EXPECT_EQ(tower.convs.size(), 4u);
}

struct TowerCase {
  Sizes maps;
  int64_t images;
  double share;  ///< of the cells that are wanted
  int64_t channels = 6;
};

/// A tower, features and the cells that are wanted of them.
struct TowerScene {
  explicit TowerScene(const TowerCase& of, torch::Dtype dtype = torch::kFloat64) {
    torch::manual_seed(1);
    HeadConfig config;
    config.num_convs = 4;
    tower = HeadTower(of.channels, 8, "bbox_reg", config);
    tower->to(dtype);
    for (auto& parameter : tower->parameters()) {
      torch::NoGradGuard no_grad;
      parameter.normal_(0, 0.3);
      if (parameter.dim() == 4) {
        parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
      }
    }
    std::mt19937 random(2);
    for (const ImageSize& map : of.maps) {
      features.push_back(torch::randn({of.images, of.channels, map.height, map.width}, dtype)
                             .contiguous(torch::MemoryFormat::ChannelsLast)
                             .requires_grad_());
      std::vector<int64_t> level;
      for (int64_t cell = 0; cell < of.images * map.height * map.width; ++cell) {
        if (random() < of.share * static_cast<double>(std::mt19937::max())) level.push_back(cell);
      }
      cells.push_back(torch::tensor(level, torch::kInt64));
    }
  }

  torch::Tensor dense() {
    std::vector<torch::Tensor> rows;
    const Maps maps = tower->forward(features);
    for (size_t l = 0; l < maps.size(); ++l) {
      rows.push_back(maps[l].permute({0, 2, 3, 1}).reshape({-1, 8}).index_select(0, cells[l]));
    }
    return torch::cat(rows);
  }

  /// The gradients of features and parameters of a weighted sum of the rows.
  std::vector<torch::Tensor> gradients(const torch::Tensor& rows) {
    torch::manual_seed(3);
    const auto weights = torch::randn(rows.sizes(), rows.options().requires_grad(false));
    auto inputs = tower->parameters();
    inputs.insert(inputs.end(), features.begin(), features.end());
    auto found = torch::autograd::grad({(rows * weights).sum()}, inputs, {}, {}, false,
                                       /*allow_unused=*/true);
    for (size_t i = 0; i < found.size(); ++i) {
      if (!found[i].defined()) found[i] = torch::zeros_like(inputs[i]);
    }
    return found;
  }

  HeadTower tower{nullptr};
  std::vector<torch::Tensor> features;
  std::vector<torch::Tensor> cells;
};

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.numel() == 0) return 0;
  return (a - b).abs().max().item<double>() / std::max(1e-30, b.abs().max().item<double>());
}

void expect_equal(TowerScene& scene, double tolerance) {
  const auto expected = scene.dense();
  const auto expected_gradients = scene.gradients(expected);
  const auto found = scene.tower->forward_at(scene.features, scene.cells);
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE(largest_difference(found, expected), tolerance);
  const auto gradients = scene.gradients(found);
  for (size_t i = 0; i < gradients.size(); ++i) {
    EXPECT_LE(largest_difference(gradients[i], expected_gradients[i]), tolerance)
        << "gradient " << i;
  }
}

TEST(SparseTower, EqualsTheDenseOneInValuesAndGradients) {
  const std::vector<TowerCase> cases = {
      {{{40, 50}, {20, 25}, {10, 13}, {5, 7}, {3, 4}}, 2, 0.002},
      {{{40, 50}, {1, 1}}, 1, 0.01},
      {{{64, 3}, {3, 64}}, 3, 0.004},
      {{{30, 30}, {15, 15}}, 2, 0.0},  // nothing is wanted
      {{{12, 9}, {6, 5}}, 2, 1.0},     // everything: the dense tower itself
  };
  for (const TowerCase& of : cases) {
    SCOPED_TRACE(fmt::format("{} x {}, share {}", of.maps[0].height, of.maps[0].width, of.share));
    TowerScene scene(of);
    expect_equal(scene, 1e-12);
  }
}

TEST(SparseTower, EqualsTheDenseOneInFloat32) {
  TowerScene scene({{{40, 50}, {20, 25}}, 2, 0.003, 64}, torch::kFloat32);
  expect_equal(scene, 2e-6);
}

/// What isn't read can't spoil a gradient; 0 * NaN would.
TEST(SparseTower, ReadsNoOtherCells) {
  if (!has_fast_matrix_products(torch::kCPU)) GTEST_SKIP() << "needs libopenblas0-openmp";
  TowerScene scene({{{40, 40}}, 1, 0.0});
  scene.cells[0] = torch::tensor({20 * 40 + 20}, torch::kInt64);
  {
    const torch::NoGradGuard no_grad;
    auto inner = scene.features[0].slice(2, 15, 26).slice(3, 15, 26).clone();
    scene.features[0].fill_(std::numeric_limits<double>::quiet_NaN());
    scene.features[0].slice(2, 15, 26).slice(3, 15, 26).copy_(inner);  // 11 x 11 around (20, 20)
  }
  const auto rows = scene.tower->forward_at(scene.features, scene.cells);
  for (const auto& gradient : scene.gradients(rows)) {
    EXPECT_TRUE(gradient.isfinite().all().item<bool>());
  }
  EXPECT_TRUE(scene.dense().isfinite().all().item<bool>());
  scene.cells[0] += 1;  // and all of those are read
  EXPECT_FALSE(scene.tower->forward_at(scene.features, scene.cells).isfinite().all().item<bool>());
}

TEST(CellConv, EqualsADenseConvolutionForMoreCellsThanAreGatheredAtOnce) {
  torch::manual_seed(4);
  const CellGrid grid{3, {{50, 60}}};
  std::vector<int64_t> outputs(grid.cells());
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i] = static_cast<int64_t>(i);
  const TowerCells tower = tower_cells(grid, outputs, 1);
  const auto map = torch::randn({3, 4, 50, 60}, torch::kFloat64)
                       .contiguous(torch::MemoryFormat::ChannelsLast)
                       .requires_grad_();
  const auto weight = torch::randn({5, 4, 3, 3}, torch::kFloat64).requires_grad_();
  const auto bias = torch::randn({5}, torch::kFloat64).requires_grad_();
  const auto found = cell_conv(take_cells(map, tower.features[0]), weight, bias, tower.convs[0]);
  const auto expected =
      torch::conv2d(map, weight, bias, 1, 1).permute({0, 2, 3, 1}).reshape({-1, 5});
  EXPECT_LE(largest_difference(found, expected), 1e-13);
  const auto factors = torch::randn_like(expected);
  const auto of_found = torch::autograd::grad({(found * factors).sum()}, {map, weight, bias});
  const auto of_expected = torch::autograd::grad({(expected * factors).sum()}, {map, weight, bias});
  for (size_t i = 0; i < 3; ++i) EXPECT_LE(largest_difference(of_found[i], of_expected[i]), 1e-12);
}

TEST(CellConv, RoundsInBfloat16NoWorseThanADenseConvolution) {
  TowerScene scene({{{40, 50}, {20, 25}}, 2, 0.003, 64}, torch::kFloat32);
  const auto exact = scene.dense();
  const auto exact_gradients = scene.gradients(exact);
  const auto errors = [&](bool dense) {
    const auto rows = [&] {
      const AutocastScope autocast(torch::kCPU, torch::kBFloat16);
      std::vector<torch::Tensor> low;
      for (const auto& feature : scene.features) low.push_back(feature.to(torch::kBFloat16));
      if (!dense) return scene.tower->forward_at(low, scene.cells);
      return scene.dense();
    }();
    EXPECT_EQ(rows.scalar_type(), torch::kBFloat16);
    std::vector<double> found = {largest_difference(rows.to(torch::kFloat32), exact)};
    const auto gradients = scene.gradients(rows.to(torch::kFloat32));
    for (size_t i = 0; i < gradients.size(); ++i) {
      found.push_back(largest_difference(gradients[i], exact_gradients[i]));
    }
    return found;
  };
  const auto of_dense = errors(true), of_sparse = errors(false);
  // One by one they may differ more: a unit near 0 falls on ReLU's other side in one of them.
  const double worst = *std::max_element(of_dense.begin(), of_dense.end());
  for (size_t i = 0; i < of_dense.size(); ++i) {
    EXPECT_LE(of_sparse[i], 2 * worst) << "value or gradient " << i;
  }
  EXPECT_LE(std::accumulate(of_sparse.begin(), of_sparse.end(), 0.0),
            1.5 * std::accumulate(of_dense.begin(), of_dense.end(), 0.0));
}

TEST(Head, DeltasAtAnchorsAreThoseOfTheDenseHead) {
  for (const HeadNorm norm : {HeadNorm::kNone, HeadNorm::kGroupNorm}) {
    torch::manual_seed(5);
    HeadConfig config;
    config.norm = norm;
    config.num_convs = 2;
    Head head(32, 9, 3, config);
    const std::vector<torch::Tensor> features = {torch::randn({2, 32, 30, 40}),
                                                 torch::randn({2, 32, 15, 20})};
    // Two anchors of one cell, one of the second image, and none of the second level.
    const std::vector<torch::Tensor> anchors = {
        torch::tensor({9 * 45, 9 * 45 + 8, 9 * (1200 + 7) + 4}, torch::kInt64),
        torch::empty({0}, torch::kInt64)};
    const auto deltas = head->deltas_at(features, anchors);
    const auto dense = head->forward(features)[0]
                           .deltas.permute({0, 2, 3, 1})
                           .reshape({-1, 4})
                           .index_select(0, anchors[0]);
    EXPECT_LE(largest_difference(deltas, dense), 1e-5);
  }
}

}  // namespace
}  // namespace rn
