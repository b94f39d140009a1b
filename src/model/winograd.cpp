#include "model/winograd.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/torch_compat.h"
#include "model/matrix_products.h"
#include "model/prepared_weights.h"
#include "model/winograd_kernel.h"
#include "model/winograd_tiles.h"

namespace rn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kTap = 3;                          // a side of the kernel
constexpr int64_t kBytesAtOnce = int64_t{64} << 20;  // of transformed tiles
constexpr int64_t kTilesOfProduct = 256;             // rows of one matrix product
constexpr int64_t kRowsOfThread = 8;                 // fewer tiles aren't worth another thread

torch::Tensor empty(at::IntArrayRef sizes) { return torch::empty(sizes, torch::kFloat32); }
torch::Tensor zeros(at::IntArrayRef sizes) { return torch::zeros(sizes, torch::kFloat32); }

/// The rows of all points. @param points [36, rows, channels]
template <class Cell>
std::array<Cell*, kWinogradPoints> point_rows(Cell* points, int64_t rows, int64_t row,
                                              int64_t channels) {
  std::array<Cell*, kWinogradPoints> result;
  for (size_t point = 0; point < result.size(); ++point) {
    result[point] = points + (static_cast<int64_t>(point) * rows + row) * channels;
  }
  return result;
}

/// points[:, i] = the transformed window of tile first + i. @param points [36, count, C]
void transform_windows(const TiledMaps& maps, int64_t first, torch::Tensor& points) {
  const int64_t count = points.size(1), channels = maps.channels();
  const auto beyond = zeros({channels});  // the border of a map
  at::parallel_for(0, count, kRowsOfThread, [&](int64_t begin, int64_t end) {
    CellsRead<kWinogradWindow> window;
    for (int64_t i = begin; i < end; ++i) {
      maps.find_cells<const float>(first + i, kWinogradWindow, 1, beyond.data_ptr<float>(), window);
      winograd_input(window, channels, point_rows(points.data_ptr<float>(), count, i, channels));
    }
  });
}

/// points[:, i] = the gradient at the points of tile first + i.
void transform_gradients(const TiledMaps& gradients, int64_t first, torch::Tensor& points) {
  const int64_t count = points.size(1), channels = gradients.channels();
  const auto beyond = zeros({channels});  // the border of a map
  at::parallel_for(0, count, kRowsOfThread, [&](int64_t begin, int64_t end) {
    CellsRead<kWinogradTile> tile;
    for (int64_t i = begin; i < end; ++i) {
      gradients.find_cells<const float>(first + i, kWinogradTile, 0, beyond.data_ptr<float>(),
                                        tile);
      winograd_output_gradient(tile, channels,
                               point_rows(points.data_ptr<float>(), count, i, channels));
    }
  });
}

void write_tiles(const torch::Tensor& points, const float* bias, int64_t first, TiledMaps& maps) {
  const int64_t count = points.size(1), channels = maps.channels();
  at::parallel_for(0, count, kRowsOfThread, [&](int64_t begin, int64_t end) {
    CellsWritten<kWinogradTile> tile;
    for (int64_t i = begin; i < end; ++i) {
      maps.find_cells<float>(first + i, kWinogradTile, 0, nullptr, tile);
      winograd_output(point_rows<const float>(points.data_ptr<float>(), count, i, channels), bias,
                      channels, tile);
    }
  });
}

/// @param weight [O, C, 3, 3] @param turned by half a turn: what the gradient of the maps takes
/// @return [36, O, C]
torch::Tensor transform_weight(const torch::Tensor& weight, bool turned) {
  const auto taps = weight.permute({0, 2, 3, 1}).contiguous();  // [O, 3, 3, C]
  const int64_t outputs = weight.size(0), channels = weight.size(1);
  auto points = empty({kWinogradPoints, outputs, channels});
  at::parallel_for(0, outputs, kRowsOfThread, [&](int64_t begin, int64_t end) {
    CellsRead<kTap> rows;
    for (int64_t o = begin; o < end; ++o) {
      const float* first = taps.data_ptr<float>() + o * kTap * kTap * channels;
      for (size_t i = 0; i < rows.size(); ++i) {
        const size_t tap = turned ? rows.size() - 1 - i : i;
        rows[i] = first + static_cast<int64_t>(tap) * channels;
      }
      winograd_weight(rows, channels, point_rows(points.data_ptr<float>(), outputs, o, channels));
    }
  });
  return points;
}

/// @param points [36, O, C] @return [O, C, 3, 3], channels-last
torch::Tensor weight_gradient(const torch::Tensor& points) {
  const int64_t outputs = points.size(1), channels = points.size(2);
  auto taps = empty({outputs, kTap, kTap, channels});
  at::parallel_for(0, outputs, kRowsOfThread, [&](int64_t begin, int64_t end) {
    CellsWritten<kTap> rows;
    for (int64_t o = begin; o < end; ++o) {
      float* first = taps.data_ptr<float>() + o * kTap * kTap * channels;
      for (size_t i = 0; i < rows.size(); ++i) rows[i] = first + static_cast<int64_t>(i) * channels;
      winograd_weight_gradient(
          point_rows<const float>(points.data_ptr<float>(), outputs, o, channels), channels, rows);
    }
  });
  return taps.permute({0, 3, 1, 2});
}

/// body(first tile, count) for blocks of all tiles; fixed by the sizes alone.
template <class Body>
void for_each_block(int64_t tiles, int64_t channels, const Body& body) {
  const int64_t bytes = kWinogradPoints * channels * static_cast<int64_t>(sizeof(float));
  const int64_t most = std::max(kTilesOfProduct, kBytesAtOnce / bytes);
  for (int64_t first = 0; first < tiles; first += most) body(first, std::min(most, tiles - first));
}

/// The convolution of all tiles of `from` into `to`. @param weight [36, C, O] in any layout
void convolve_tiles(const TiledMaps& from, const torch::Tensor& weight, const float* bias,
                    TiledMaps& to) {
  for_each_block(from.count(), from.channels() + to.channels(), [&](int64_t first, int64_t count) {
    auto inputs = empty({kWinogradPoints, count, from.channels()});
    auto outputs = empty({kWinogradPoints, count, to.channels()});
    transform_windows(from, first, inputs);
    const int64_t pieces = (count + kTilesOfProduct - 1) / kTilesOfProduct;
    at::parallel_for(0, kWinogradPoints * pieces, 1, [&](int64_t begin, int64_t end) {
      const torch::NoGradGuard no_grad;  // this thread's own
      for (int64_t i = begin; i < end; ++i) {
        const int64_t row = i % pieces * kTilesOfProduct;
        const int64_t rows = std::min(kTilesOfProduct, count - row);
        auto product = outputs[i / pieces].narrow(0, row, rows);
        torch::mm_out(product, inputs[i / pieces].narrow(0, row, rows), weight[i / pieces]);
      }
    });
    write_tiles(outputs, bias, first, to);
  });
}

/// @return [36, O, C]
torch::Tensor weight_gradient_points(const TiledMaps& maps, const TiledMaps& gradients) {
  auto sums = zeros({kWinogradPoints, gradients.channels(), maps.channels()});
  for_each_block(maps.count(), maps.channels() + gradients.channels(),
                 [&](int64_t first, int64_t count) {
                   auto inputs = empty({kWinogradPoints, count, maps.channels()});
                   auto outputs = empty({kWinogradPoints, count, gradients.channels()});
                   transform_windows(maps, first, inputs);
                   transform_gradients(gradients, first, outputs);
                   at::parallel_for(0, kWinogradPoints, 1, [&](int64_t begin, int64_t end) {
                     const torch::NoGradGuard no_grad;  // this thread's own
                     for (int64_t i = begin; i < end; ++i)
                       sums[i].addmm_(outputs[i].t(), inputs[i]);
                   });
                 });
  return sums;
}

std::vector<torch::Tensor> channels_last(at::TensorList maps) {
  std::vector<torch::Tensor> result;
  for (const torch::Tensor& map : maps) {
    result.push_back(map.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  return result;
}

std::vector<torch::Tensor> empty_maps(const std::vector<torch::Tensor>& like, int64_t channels) {
  std::vector<torch::Tensor> maps;
  for (const torch::Tensor& map : like) {
    maps.push_back(torch::empty({map.size(0), channels, map.size(2), map.size(3)},
                                map.options().memory_format(torch::MemoryFormat::ChannelsLast)));
  }
  return maps;
}

class WinogradConv : public torch::autograd::Function<WinogradConv> {
 public:
  static variable_list forward(AutogradContext* context, at::TensorList maps,
                               const torch::Tensor& weight, const torch::Tensor& bias) {
    const std::vector<torch::Tensor> inputs = channels_last(maps);
    std::vector<torch::Tensor> outputs = empty_maps(inputs, weight.size(0));
    TiledMaps written(outputs);
    const torch::Tensor points = PreparedWeights::get(
        weight, Preparation::kWinograd, [&] { return transform_weight(weight, false); });
    const torch::Tensor bias_row = bias.contiguous();
    convolve_tiles(TiledMaps(inputs), points.transpose(1, 2), bias_row.data_ptr<float>(), written);

    variable_list saved = inputs;
    saved.push_back(weight);
    context->save_for_backward(saved);
    context->saved_data["maps"] = std::any_of(
        maps.begin(), maps.end(), [](const torch::Tensor& map) { return map.requires_grad(); });
    context->saved_data["weight"] = weight.requires_grad();
    context->saved_data["bias"] = bias.requires_grad();
    return outputs;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    RN_CHECK(!torch::GradMode::is_enabled(), "winograd_conv has no second derivative");
    const NoAutocastScope float_only;
    std::vector<torch::Tensor> maps = context->get_saved_variables();
    const torch::Tensor weight = maps.back();
    maps.pop_back();
    const std::vector<torch::Tensor> outputs = channels_last(gradients);
    const TiledMaps of_outputs(outputs);

    variable_list results(maps.size());
    if (context->saved_data["maps"].toBool()) {
      results = empty_maps(maps, weight.size(1));
      TiledMaps of_maps(results);
      convolve_tiles(of_outputs, transform_weight(weight, true), nullptr, of_maps);
    }
    results.resize(maps.size() + 2);
    if (context->saved_data["weight"].toBool()) {
      results[maps.size()] = weight_gradient(weight_gradient_points(TiledMaps(maps), of_outputs));
    }
    if (context->saved_data["bias"].toBool()) {
      auto sum = zeros({weight.size(0)});
      for (const torch::Tensor& output : outputs) sum += output.sum({0, 2, 3});
      results[maps.size() + 1] = sum;
    }
    return results;
  }
};

}  // namespace

Maps winograd_conv(const Maps& maps, const torch::Tensor& weight, const torch::Tensor& bias) {
  RN_CHECK(!maps.empty() && weight.dim() == 4 && weight.size(2) == kTap && weight.size(3) == kTap,
           "{} maps, weight [{}]", maps.size(), fmt::join(weight.sizes(), ", "));
  RN_CHECK(!bias.defined() || bias.numel() == weight.size(0), "bias of {} numbers, {} outputs",
           bias.numel(), weight.size(0));
  const auto is_float = [](const torch::Tensor& tensor) {
    return tensor.device().is_cpu() && tensor.scalar_type() == torch::kFloat32;
  };
  RN_CHECK(is_float(weight) && (!bias.defined() || is_float(bias)), "weight and bias: {}, {}",
           c10::toString(weight.scalar_type()), weight.device().str());
  for (const torch::Tensor& map : maps) {
    RN_CHECK(is_float(map), "map: {}, {}", c10::toString(map.scalar_type()), map.device().str());
    RN_CHECK(map.dim() == 4 && map.size(1) == weight.size(1), "map [{}], weight [{}]",
             fmt::join(map.sizes(), ", "), fmt::join(weight.sizes(), ", "));
  }
  return WinogradConv::apply(at::TensorList(maps), weight,
                             bias.defined() ? bias : zeros({weight.size(0)}));
}

bool is_winograd_quicker(const Maps& maps, const torch::Tensor& weight) {
  // Measured: tools/bench/README.md.
  constexpr int64_t kLeastChannels = 128;
  constexpr int64_t kLeastTiles = 100;
  if (weight.size(2) != kTap || weight.size(3) != kTap || weight.scalar_type() != torch::kFloat32 ||
      !has_fast_matrix_products(weight.device())) {
    return false;
  }
  int64_t tiles = 0;
  for (const torch::Tensor& map : maps) {
    if (map.scalar_type() != torch::kFloat32 || map.size(1) != weight.size(1)) return false;
    tiles += map.size(0) * winograd_tiles(map.size(2)) * winograd_tiles(map.size(3));
  }
  return tiles >= kLeastTiles && std::min(weight.size(0), weight.size(1)) >= kLeastChannels;
}

}  // namespace rn
