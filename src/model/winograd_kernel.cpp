#include "model/winograd_kernel.h"

#include <cstring>
#include <utility>

#include "core/target_clones.h"

// Compiled with -O3 (see CMakeLists.txt).

namespace rn {
namespace {

template <size_t kRows, size_t kColumns>
using Matrix = std::array<std::array<float, kColumns>, kRows>;

template <size_t kRows, size_t kColumns>
constexpr Matrix<kColumns, kRows> transposed(const Matrix<kRows, kColumns>& matrix) {
  Matrix<kColumns, kRows> result{};
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t c = 0; c < kColumns; ++c) result[c][r] = matrix[r][c];
  }
  return result;
}

// With the interpolation points 0, 1, -1, 2, -2 and infinity.
constexpr Matrix<6, 6> kInput{{{4, 0, -5, 0, 1, 0},
                               {0, -4, -4, 1, 1, 0},
                               {0, 4, -4, -1, 1, 0},
                               {0, -2, -1, 2, 1, 0},
                               {0, 2, -1, -2, 1, 0},
                               {0, 4, 0, -5, 0, 1}}};
constexpr Matrix<4, 6> kOutput{
    {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}}};
constexpr Matrix<6, 3> kWeight{{{1.0F / 4, 0, 0},
                                {-1.0F / 6, -1.0F / 6, -1.0F / 6},
                                {-1.0F / 6, 1.0F / 6, -1.0F / 6},
                                {1.0F / 24, 1.0F / 12, 1.0F / 6},
                                {1.0F / 24, -1.0F / 12, 1.0F / 6},
                                {0, 0, 1}}};
constexpr Matrix<6, 4> kOutputGradient = transposed(kOutput);
constexpr Matrix<3, 6> kWeightGradient = transposed(kWeight);

/// Channels at once: a register of AVX-512, two of AVX, four of SSE.
constexpr int64_t kLanes = 16;
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

template <const auto& kMatrix, size_t kRow, size_t kColumn>
[[gnu::always_inline]] inline void add_term(const Lanes* in, size_t step, Lanes& sum) {
  constexpr float kFactor = kMatrix[kRow][kColumn];
  if constexpr (kFactor == 1.0F) {
    sum += in[kColumn * step];
  } else if constexpr (kFactor == -1.0F) {
    sum -= in[kColumn * step];
  } else if constexpr (kFactor != 0.0F) {
    sum += kFactor * in[kColumn * step];
  }
}

template <const auto& kMatrix, size_t kRow, size_t... kColumn>
[[gnu::always_inline]] inline void multiply_row(std::index_sequence<kColumn...>, const Lanes* in,
                                                size_t step, Lanes& out) {
  Lanes sum{};
  (add_term<kMatrix, kRow, kColumn>(in, step, sum), ...);
  out = sum;
}

/// out[r * out_step] = sum of kMatrix[r][c] * in[c * in_step]
template <const auto& kMatrix, size_t... kRow>
[[gnu::always_inline]] inline void multiply(std::index_sequence<kRow...>, const Lanes* in,
                                            size_t in_step, Lanes* out, size_t out_step) {
  constexpr std::make_index_sequence<kMatrix[0].size()> kColumns;
  (multiply_row<kMatrix, kRow>(kColumns, in, in_step, out[kRow * out_step]), ...);
}

/// kMatrix * in * kMatrix^T for `count` channels from `first` on.
template <const auto& kMatrix, class In, class Out>
[[gnu::always_inline]] inline void transform_lanes(const In& in, const float* bias, int64_t first,
                                                   size_t count, const Out& out) {
  constexpr size_t kRows = kMatrix.size(), kColumns = kMatrix[0].size();
  constexpr std::make_index_sequence<kRows> kAllRows;
  const size_t bytes = count * sizeof(float);
  Lanes square[kColumns * kColumns]{};
  for (size_t i = 0; i < kColumns * kColumns; ++i) std::memcpy(&square[i], in[i] + first, bytes);
  Lanes half[kRows * kColumns];  // [rows, columns]
  for (size_t c = 0; c < kColumns; ++c) {
    multiply<kMatrix>(kAllRows, square + c, kColumns, half + c, kColumns);
  }
  Lanes added{};
  if (bias != nullptr) std::memcpy(&added, bias + first, bytes);
  for (size_t r = 0; r < kRows; ++r) {
    Lanes row[kRows];
    multiply<kMatrix>(kAllRows, half + r * kColumns, 1, row, 1);
    for (size_t c = 0; c < kRows; ++c) {
      row[c] += added;
      if (out[r * kRows + c] != nullptr) std::memcpy(out[r * kRows + c] + first, &row[c], bytes);
    }
  }
}

template <const auto& kMatrix, class In, class Out>
[[gnu::always_inline]] inline void transform(const In& in, const float* bias, int64_t channels,
                                             const Out& out) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    transform_lanes<kMatrix>(in, bias, c, kLanes, out);
  }
  if (c < channels) {
    transform_lanes<kMatrix>(in, bias, c, static_cast<size_t>(channels - c), out);
  }
}

}  // namespace

RN_TARGET_CLONES void winograd_input(const CellsRead<6>& window, int64_t channels,
                                     const CellsWritten<6>& points) {
  transform<kInput>(window, nullptr, channels, points);
}

RN_TARGET_CLONES void winograd_output(const CellsRead<6>& points, const float* bias,
                                      int64_t channels, const CellsWritten<4>& tile) {
  transform<kOutput>(points, bias, channels, tile);
}

RN_TARGET_CLONES void winograd_output_gradient(const CellsRead<4>& tile, int64_t channels,
                                               const CellsWritten<6>& points) {
  transform<kOutputGradient>(tile, nullptr, channels, points);
}

RN_TARGET_CLONES void winograd_weight(const CellsRead<3>& taps, int64_t channels,
                                      const CellsWritten<6>& points) {
  transform<kWeight>(taps, nullptr, channels, points);
}

RN_TARGET_CLONES void winograd_weight_gradient(const CellsRead<6>& points, int64_t channels,
                                               const CellsWritten<3>& taps) {
  transform<kWeightGradient>(points, nullptr, channels, taps);
}

}  // namespace rn
