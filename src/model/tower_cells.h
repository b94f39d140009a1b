#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "core/image_size.h"

namespace rn {

/// The feature maps of all levels, their cells numbered level by level, image by image, row by row.
struct CellGrid {
  int64_t images = 0;
  std::vector<ImageSize> levels;  ///< cells of each map

  int64_t cells_of(size_t level) const {
    return images * levels[level].height * levels[level].width;
  }
  int64_t cells() const;
};

/// How the cells that a 3x3 convolution writes lie to those that it reads. Neighbour k = 3 * ky +
/// kx of (y, x) is (y + ky - 1, x + kx - 1); -1 stands for a cell that isn't there.
struct ConvCells {
  torch::Tensor inputs_of;  ///< [outputs, 9] int32: rows among the cells that are read
  torch::Tensor
      outputs_of;  ///< [inputs, 9] int32: rows among the written ones that read it as their k
  int64_t outputs() const { return inputs_of.size(0); }
  int64_t inputs() const { return outputs_of.size(0); }
};

/// What a tower of 3x3 convolutions must compute so that its output is right in some cells: an
/// output looks at 3x3 cells of the last convolution's input, at 5x5 of the one's before, and so
/// on. Beyond a map's edge there is nothing, as for a convolution padded with zeros.
struct TowerCells {
  std::vector<torch::Tensor> features;  ///< for each level int64: cells of its map that are read
  std::vector<ConvCells> convs;         ///< in the order in which they run

  /// Cells that all convolutions write, each counted for every convolution.
  int64_t written() const;
};

/// @param outputs ascending cells of the grid, each once
/// @param num_convs >= 1
TowerCells tower_cells(const CellGrid& grid, const std::vector<int64_t>& outputs,
                       int64_t num_convs);

}  // namespace rn
