#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace rn {

/// Winograd's minimal filtering F(4x4, 3x3): a tile of 4x4 outputs of a 3x3 convolution from 36
/// products a channel instead of 144. Lavin and Gray, "Fast Algorithms for Convolutional Neural
/// Networks", 2016, section 4.1: Y = A^T [(G g G^T) * (B^T d B)] A, where * goes element by element
/// (point by point) and, with channels, is a matrix product for each of the 36 points.
constexpr int64_t kWinogradTile = 4;     ///< outputs a side
constexpr int64_t kWinogradWindow = 6;   ///< inputs a side that a tile's outputs read
constexpr int64_t kWinogradPoints = 36;  ///< of the transformed window

/// Rows of `channels` floats, one for each cell of a square, row by row.
template <int64_t kSide>
using CellsRead = std::array<const float*, static_cast<size_t>(kSide* kSide)>;
template <int64_t kSide>
using CellsWritten = std::array<float*, static_cast<size_t>(kSide* kSide)>;

// Each function transforms all channels of one square. A null pointer in what is written leaves
// that cell out.

/// B^T d B
void winograd_input(const CellsRead<6>& window, int64_t channels, const CellsWritten<6>& points);

/// A^T m A + bias. @param bias [channels]
void winograd_output(const CellsRead<6>& points, const float* bias, int64_t channels,
                     const CellsWritten<4>& tile);

/// The adjoint of winograd_output: A y A^T
void winograd_output_gradient(const CellsRead<4>& tile, int64_t channels,
                              const CellsWritten<6>& points);

/// G g G^T
void winograd_weight(const CellsRead<3>& taps, int64_t channels, const CellsWritten<6>& points);

/// The adjoint of winograd_weight: G^T u G
void winograd_weight_gradient(const CellsRead<6>& points, int64_t channels,
                              const CellsWritten<3>& taps);

}  // namespace rn
