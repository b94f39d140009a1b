#pragma once

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <vector>

#include "model/winograd_kernel.h"

namespace rn {

/// Tiles that cover `size` cells.
inline int64_t winograd_tiles(int64_t size) { return (size + kWinogradTile - 1) / kWinogradTile; }

/// The tiles of all images of some maps, in a row.
class TiledMaps {
 public:
  /// @param maps [N, C, H, W] float32, channels-last, on the CPU; they must outlive this
  explicit TiledMaps(const std::vector<torch::Tensor>& maps) : channels_(maps[0].size(1)) {
    for (const torch::Tensor& map : maps) {
      const int64_t height = map.size(2), width = map.size(3);
      for (int64_t n = 0; n < map.size(0); ++n) {
        planes_.push_back(
            {map.data_ptr<float>() + n * height * width * channels_, height, width, count_});
        count_ += winograd_tiles(height) * winograd_tiles(width);
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
    const int64_t across = winograd_tiles(plane.width), index = tile - plane.first_tile;
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
  /// One image of one map.
  struct Plane {
    float* cells;  ///< [height, width, channels]
    int64_t height;
    int64_t width;
    int64_t first_tile;
  };

  int64_t channels_;
  int64_t count_ = 0;
  std::vector<Plane> planes_;
};

}  // namespace rn
