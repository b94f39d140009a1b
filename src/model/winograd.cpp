#include "model/winograd.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/torch_compat.h"
#include "model/matrix_products.h"
#include "model/winograd_kernel.h"

namespace rn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kTap = 3;                          // a side of the kernel
constexpr int64_t kBytesAtOnce = int64_t{64} << 20;  // of transformed tiles
constexpr int64_t kTilesOfProduct = 256;             // rows of one matrix product
constexpr int64_t kRowsOfThread = 8;                 // fewer tiles aren't worth another thread

/// A row of zeros or of no interest, for what lies beyond a map's border.
torch::Tensor zero_row(int64_t channels) { return torch::zeros({channels}); }

int64_t tiles_along(int64_t size) { return (size + kWinogradTile - 1) / kWinogradTile; }

/// One image of one map.
struct Plane {
  float* cells;  ///< [height, width, channels]
  int64_t height;
  int64_t width;
  int64_t first_tile;  ///< in the order of all planes
};

/// The tiles of all images of all maps, in a row.
class TiledMaps {
 public:
  /// @param maps channels-last
  explicit TiledMaps(const std::vector<torch::Tensor>& maps) : channels_(maps[0].size(1)) {
    for (const torch::Tensor& map : maps) {
      const int64_t height = map.size(2), width = map.size(3);
      for (int64_t n = 0; n < map.size(0); ++n) {
        planes_.push_back(
            {map.data_ptr<float>() + n * height * width * channels_, height, width, count_});
        count_ += tiles_along(height) * tiles_along(width);
      }
    }
  }

  int64_t count() const { return count_; }
  int64_t channels() const { return channels_; }

  /// The cells of a square of a tile, row by row. @param margin by which it begins outside the tile
  /// @param outside stands for those beyond the map's border
  template <class Cell, size_t kCells>
  void find_cells(int64_t tile, int64_t side, int64_t margin, Cell* outside,
                  std::array<Cell*, kCells>& cells) const {
    const auto after = std::upper_bound(
        planes_.begin(), planes_.end(), tile,
        [](int64_t value, const Plane& plane) { return value < plane.first_tile; });
    const Plane& plane = *(after - 1);
    const int64_t across = tiles_along(plane.width), index = tile - plane.first_tile;
    const int64_t top = index / across * kWinogradTile - margin;
    const int64_t left = index % across * kWinogradTile - margin;
    size_t i = 0;
    for (int64_t y = top; y < top + side; ++y) {
      for (int64_t x = left; x < left + side; ++x) {
        const bool is_inside = y >= 0 && y < plane.height && x >= 0 && x < plane.width;
        cells[i++] = is_inside ? plane.cells + (y * plane.width + x) * channels_ : outside;
      }
    }
  }

 private:
  int64_t channels_;
  int64_t count_ = 0;
  std::vector<Plane> planes_;
};

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

/// body(first, last) of `count` in parallel.
template <class Body>
void in_parallel(int64_t count, int64_t at_least, const Body& body) {
  at::parallel_for(0, count, at_least, body);
}

/// points[:, i] = the transformed window of tile first + i. @param points [36, count, C]
void transform_windows(const TiledMaps& maps, int64_t first, torch::Tensor& points) {
  const int64_t count = points.size(1), channels = maps.channels();
  const auto zeros = zero_row(channels);
  in_parallel(count, kRowsOfThread, [&](int64_t begin, int64_t end) {
    CellsRead<kWinogradWindow> window;
    for (int64_t i = begin; i < end; ++i) {
      maps.find_cells<const float>(first + i, kWinogradWindow, 1, zeros.data_ptr<float>(), window);
      winograd_input(window, channels, point_rows(points.data_ptr<float>(), count, i, channels));
    }
  });
}

/// points[:, i] = the gradient at the points of tile first + i.
void transform_gradients(const TiledMaps& gradients, int64_t first, torch::Tensor& points) {
  const int64_t count = points.size(1), channels = gradients.channels();
  const auto zeros = zero_row(channels);
  in_parallel(count, kRowsOfThread, [&](int64_t begin, int64_t end) {
    CellsRead<kWinogradTile> tile;
    for (int64_t i = begin; i < end; ++i) {
      gradients.find_cells<const float>(first + i, kWinogradTile, 0, zeros.data_ptr<float>(), tile);
      winograd_output_gradient(tile, channels,
                               point_rows(points.data_ptr<float>(), count, i, channels));
    }
  });
}

void write_tiles(const torch::Tensor& points, const float* bias, int64_t first, TiledMaps& maps) {
  const int64_t count = points.size(1), channels = maps.channels();
  in_parallel(count, kRowsOfThread, [&](int64_t begin, int64_t end) {
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
  auto points = torch::empty({kWinogradPoints, outputs, channels});
  in_parallel(outputs, kRowsOfThread, [&](int64_t begin, int64_t end) {
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
  auto taps = torch::empty({outputs, kTap, kTap, channels});
  in_parallel(outputs, kRowsOfThread, [&](int64_t begin, int64_t end) {
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
void convolve(const TiledMaps& from, const torch::Tensor& weight, const float* bias,
              TiledMaps& to) {
  for_each_block(from.count(), from.channels() + to.channels(), [&](int64_t first, int64_t count) {
    auto inputs = torch::empty({kWinogradPoints, count, from.channels()});
    auto outputs = torch::empty({kWinogradPoints, count, to.channels()});
    transform_windows(from, first, inputs);
    const int64_t pieces = (count + kTilesOfProduct - 1) / kTilesOfProduct;
    in_parallel(kWinogradPoints * pieces, 1, [&](int64_t begin, int64_t end) {
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
  auto sums = torch::zeros({kWinogradPoints, gradients.channels(), maps.channels()});
  for_each_block(maps.count(), maps.channels() + gradients.channels(),
                 [&](int64_t first, int64_t count) {
                   auto inputs = torch::empty({kWinogradPoints, count, maps.channels()});
                   auto outputs = torch::empty({kWinogradPoints, count, gradients.channels()});
                   transform_windows(maps, first, inputs);
                   transform_gradients(gradients, first, outputs);
                   in_parallel(kWinogradPoints, 1, [&](int64_t begin, int64_t end) {
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
    convolve(TiledMaps(inputs), transform_weight(weight, false).transpose(1, 2),
             bias.contiguous().data_ptr<float>(), written);

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
      convolve(of_outputs, transform_weight(weight, true), nullptr, of_maps);
    }
    results.resize(maps.size() + 2);
    if (context->saved_data["weight"].toBool()) {
      results[maps.size()] = weight_gradient(weight_gradient_points(TiledMaps(maps), of_outputs));
    }
    if (context->saved_data["bias"].toBool()) {
      auto sum = torch::zeros({weight.size(0)});
      for (const torch::Tensor& output : outputs) sum += output.sum({0, 2, 3});
      results[maps.size() + 1] = sum;
    }
    return results;
  }
};

}  // namespace

std::vector<torch::Tensor> winograd_conv(const std::vector<torch::Tensor>& maps,
                                         const torch::Tensor& weight, const torch::Tensor& bias) {
  RN_CHECK(!maps.empty() && weight.dim() == 4 && weight.size(2) == kTap && weight.size(3) == kTap,
           "{} maps", maps.size());
  for (const torch::Tensor& map : maps) {
    RN_CHECK(map.size(1) == weight.size(1) && map.scalar_type() == torch::kFloat32,
             "{} channels for a weight of {}", map.size(1), weight.size(1));
  }
  return WinogradConv::apply(at::TensorList(maps), weight,
                             bias.defined() ? bias : zero_row(weight.size(0)));
}

bool is_winograd_quicker(const std::vector<torch::Tensor>& maps, const torch::Tensor& weight) {
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
    tiles += map.size(0) * tiles_along(map.size(2)) * tiles_along(map.size(3));
  }
  return tiles >= kLeastTiles && std::min(weight.size(0), weight.size(1)) >= kLeastChannels;
}

}  // namespace rn
