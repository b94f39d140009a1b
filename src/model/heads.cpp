#include "model/heads.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>

#include <cmath>
#include <optional>

#include "model/cell_conv.h"
#include "model/matrix_products.h"
#include "model/winograd.h"

namespace rn {
namespace {

torch::nn::Conv2d make_head_conv(int64_t in_channels, int64_t out_channels, bool bias) {
  auto conv = make_conv(in_channels, out_channels, 3, /*stride=*/1, /*groups=*/1, bias);
  torch::nn::init::normal_(conv->weight, 0.0, 0.01);
  if (bias) torch::nn::init::zeros_(conv->bias);
  return conv;
}

CellGrid grid_of(const Maps& features) {
  CellGrid grid;
  grid.images = features.at(0).size(0);
  for (const torch::Tensor& feature : features) {
    grid.levels.push_back({feature.size(2), feature.size(3)});
  }
  return grid;
}

/// Numbered as the grid has them.
std::vector<int64_t> cells_in_grid(const CellGrid& grid, const std::vector<torch::Tensor>& levels) {
  std::vector<int64_t> cells;
  int64_t offset = 0;
  for (size_t level = 0; level < levels.size(); ++level) {
    const auto* begin = levels[level].data_ptr<int64_t>();
    for (int64_t i = 0; i < levels[level].numel(); ++i) cells.push_back(offset + begin[i]);
    offset += grid.cells_of(level);
  }
  return cells;
}

bool is_worth_it(const TowerCells& cells, const CellGrid& grid, const Maps& features,
                 const torch::Tensor& weight) {
  // Time of a listed cell against one of a dense convolution: tools/bench/README.md.
  const bool is_bf16 = features[0].scalar_type() == torch::kBFloat16;
  const double cost = is_bf16 || is_winograd_quicker(features, weight) ? 2.5 : 1.4;
  const auto dense = static_cast<double>(grid.cells() * static_cast<int64_t>(cells.convs.size()));
  return cost * static_cast<double>(cells.written()) < dense;
}

}  // namespace

HeadTowerImpl::HeadTowerImpl(int64_t channels, int64_t out_channels, const std::string& output_name,
                             const HeadConfig& config) {
  const std::optional<Norm> norm =
      config.norm == HeadNorm::kGroupNorm ? std::optional(Norm::kGroupNorm) : std::nullopt;
  torch::nn::ModuleList tower;
  for (int64_t i = 0; i < config.num_convs; ++i) {
    layers_.emplace_back(make_head_conv(channels, channels, /*bias=*/!norm), norm);
    tower->push_back(layers_.back());
  }
  register_module("conv", tower);
  output_ = register_module(output_name, make_head_conv(channels, out_channels, /*bias=*/true));
}

Maps HeadTowerImpl::forward(const Maps& features) {
  Maps levels = features;
  for (ConvNorm& layer : layers_) {
    levels = layer->forward(levels);
    for (torch::Tensor& level : levels) level.relu_();
  }
  return convolve(output_, levels);
}

bool HeadTowerImpl::can_be_sparse(torch::Device device) const {
  for (const ConvNorm& layer : layers_) {
    if (layer->has_norm()) return false;
  }
  return has_fast_matrix_products(device);
}

torch::Tensor HeadTowerImpl::forward_cells(const Maps& features, const TowerCells& cells) {
  std::vector<torch::Tensor> rows;
  for (size_t level = 0; level < features.size(); ++level) {
    rows.push_back(take_cells(features[level], cells.features[level]));
  }
  torch::Tensor x = torch::cat(rows);
  for (size_t i = 0; i < layers_.size(); ++i) {
    const auto& conv = layers_[i]->conv();
    x = cell_conv(x, conv->weight, conv->bias, cells.convs[i]).relu_();
  }
  return cell_conv(x, output_->weight, output_->bias, cells.convs.back());
}

torch::Tensor HeadTowerImpl::forward_at(const Maps& features,
                                        const std::vector<torch::Tensor>& cells) {
  const CellGrid grid = grid_of(features);
  if (can_be_sparse(features[0].device())) {
    const TowerCells needed =
        tower_cells(grid, cells_in_grid(grid, cells), static_cast<int64_t>(layers_.size()) + 1);
    if (is_worth_it(needed, grid, features,
                    layers_.empty() ? output_->weight : layers_[0]->conv()->weight)) {
      return forward_cells(features, needed);
    }
  }
  std::vector<torch::Tensor> rows;
  const Maps maps = forward(features);
  for (size_t level = 0; level < maps.size(); ++level) {
    const torch::Tensor& map = maps[level];
    rows.push_back(map.permute({0, 2, 3, 1})
                       .reshape({-1, map.size(1)})
                       .index_select(0, cells[level].to(map.device())));
  }
  return torch::cat(rows);
}

HeadImpl::HeadImpl(int64_t channels, int64_t num_anchors, int64_t num_classes,
                   const HeadConfig& config)
    : num_anchors_(num_anchors),
      classification_(
          register_module("classification_head",
                          HeadTower(channels, num_anchors * num_classes, "cls_logits", config))),
      regression_(register_module("regression_head",
                                  HeadTower(channels, num_anchors * 4, "bbox_reg", config))) {
  const double prior = config.prior_probability;
  torch::nn::init::constant_(classification_->output()->bias, -std::log((1 - prior) / prior));
}

Predictions HeadImpl::forward(const Maps& features) {
  const Maps logits = classification_->forward(features);
  const Maps deltas = regression_->forward(features);
  Predictions predictions;
  for (size_t level = 0; level < features.size(); ++level) {
    predictions.push_back({logits[level], deltas[level]});
  }
  return predictions;
}

torch::Tensor HeadImpl::deltas_at(const Maps& features, const std::vector<torch::Tensor>& anchors) {
  std::vector<torch::Tensor> cells;
  std::vector<int64_t> rows;  // of the anchors, among those of the cells that are computed
  int64_t cell_count = 0;
  for (const torch::Tensor& level : anchors) {
    const torch::Tensor on_cpu = level.to(torch::kCPU).contiguous();
    const auto* anchor = on_cpu.data_ptr<int64_t>();
    std::vector<int64_t> level_cells;
    for (int64_t i = 0; i < on_cpu.numel(); ++i) {
      const int64_t cell = anchor[i] / num_anchors_;
      if (level_cells.empty() || level_cells.back() != cell) {
        level_cells.push_back(cell);
        ++cell_count;
      }
      rows.push_back((cell_count - 1) * num_anchors_ + anchor[i] % num_anchors_);
    }
    cells.push_back(torch::tensor(level_cells, torch::kInt64));
  }
  const torch::Tensor deltas = regression_->forward_at(features, cells);  // [C, A*4]
  return deltas.reshape({-1, 4}).index_select(
      0, torch::tensor(rows, torch::kInt64).to(deltas.device()));
}

}  // namespace rn
