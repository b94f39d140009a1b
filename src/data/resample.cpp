#include "data/resample.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/target_clones.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace rn {
namespace {

/// Where each output position of an axis reads its two inputs, which are neighbours, and the second
/// one's weight.
struct AxisTable {
  std::vector<int32_t> low;
  std::vector<float> weight;
};

AxisTable axis_table(int64_t from, int64_t to) {
  const auto count = static_cast<size_t>(to);
  AxisTable table{std::vector<int32_t>(count), std::vector<float>(count)};
  // As torch computes it: the scale in float32, the positions in double.
  const double scale = static_cast<float>(from) / static_cast<float>(to);
  for (size_t i = 0; i < count; ++i) {
    const double source = std::max(0.0, scale * (static_cast<double>(i) + 0.5) - 0.5);
    const int64_t low = std::min(static_cast<int64_t>(source), from - 1);
    table.low[i] = static_cast<int32_t>(low);
    table.weight[i] = static_cast<float>(std::min(source - static_cast<double>(low), 1.0));
  }
  return table;
}

/// Where a loop over pixels handles four floats at once, three of which count.
constexpr size_t kSpare = 1;

/// Stretches a row of pixels to the output's width. Four floats are read and written for each
/// pixel, which is one instruction: the next pixel overwrites the fourth, the last one's is spare.
/// @param row [width + 1, 3] and kSpare @param out [columns, 3] and kSpare
void stretch_row(const float* __restrict row, const AxisTable& columns, float* __restrict out) {
  const int32_t* low = columns.low.data();
  const float* weight = columns.weight.data();
  const size_t count = columns.low.size();
  for (size_t x = 0; x < count; ++x, out += 3) {
    const float* a = row + 3 * low[x];
    const float w = weight[x];
    const float v = 1.0F - w;
    std::array<float, 3 + kSpare> pixel;
    for (size_t c = 0; c < pixel.size(); ++c) pixel[c] = v * a[c] + w * a[c + 3];
    std::memcpy(out, pixel.data(), sizeof(pixel));
  }
}

/// out = (1 - w) * a + w * b
RN_TARGET_CLONES void blend_rows(const float* __restrict a, const float* __restrict b, float w,
                                 size_t count, float* __restrict out) {
  const float v = 1.0F - w;
  for (size_t i = 0; i < count; ++i) out[i] = v * a[i] + w * b[i];
}

/// A picture of this many bytes leaves the second-level cache before anyone reads it.
constexpr size_t kLargePicture = size_t{4} << 20;

#if defined(__x86_64__) && defined(__GNUC__)
bool can_bypass_caches() { return __builtin_cpu_supports("avx512f"); }

/// The same, written past the caches, a whole line at once: the line isn't read first, which took
/// most of the time. (Narrower stores past the caches were slower than those through them.)
__attribute__((target("avx512f"))) void blend_rows_past_caches(const float* __restrict a,
                                                               const float* __restrict b, float w,
                                                               size_t count,
                                                               float* __restrict out) {
  constexpr size_t kLine = 16;  // floats
  const size_t ahead = (kLine - reinterpret_cast<uintptr_t>(out) / sizeof(float) % kLine) % kLine;
  size_t i = std::min(ahead, count);
  blend_rows(a, b, w, i, out);
  const __m512 v_all = _mm512_set1_ps(1.0F - w);
  const __m512 w_all = _mm512_set1_ps(w);
  for (; i + kLine <= count; i += kLine) {
    const __m512 from_a = _mm512_mul_ps(v_all, _mm512_loadu_ps(a + i));
    const __m512 from_b = _mm512_mul_ps(w_all, _mm512_loadu_ps(b + i));
    _mm512_stream_ps(out + i, _mm512_add_ps(from_a, from_b));
  }
  blend_rows(a + i, b + i, w, count - i, out + i);
}

/// Before another thread is told of what was written so.
void finish_bypass() { _mm_sfence(); }
#else
bool can_bypass_caches() { return false; }
constexpr auto blend_rows_past_caches = blend_rows;
void finish_bypass() {}
#endif

/// Source rows, normalised and stretched to the output's width; neighbouring output rows share
/// them.
class StretchedRows {
 public:
  StretchedRows(const uint8_t* rgb, size_t stride, int64_t width, const AxisTable& columns,
                const NormaliseTable& table)
      : rgb_(rgb),
        stride_(stride),
        width_(width),
        columns_(columns),
        table_(table),
        normalised_(3 * static_cast<size_t>(width + 1) + kSpare) {
    for (Row& row : rows_) row.values.resize(3 * columns.low.size() + kSpare);
  }

  /// Rows are asked for in ascending order, at most two of them at a time.
  const float* operator()(int64_t index) {
    Row& row = rows_[static_cast<size_t>(index % 2)];
    if (row.index != index) {
      normalise_row(rgb_ + static_cast<size_t>(index) * stride_, width_, table_,
                    normalised_.data());
      // The last pixel's neighbour is itself.
      float* end = normalised_.data() + 3 * width_;
      std::copy(end - 3, end, end);
      stretch_row(normalised_.data(), columns_, row.values.data());
      row.index = index;
    }
    return row.values.data();
  }

 private:
  struct Row {
    int64_t index = -1;
    std::vector<float> values;
  };
  const uint8_t* rgb_;
  size_t stride_;
  int64_t width_;
  const AxisTable& columns_;
  const NormaliseTable& table_;
  std::vector<float> normalised_;  ///< [width + 1, 3] and kSpare
  std::array<Row, 2> rows_;
};

}  // namespace

NormaliseTable normalise_table(const std::vector<double>& mean, const std::vector<double>& std) {
  if (mean.size() != 3 || std.size() != 3) {
    fail("data.mean has {} numbers and data.std {}; expected 3 each, for red, green and blue",
         mean.size(), std.size());
  }
  NormaliseTable table;
  for (size_t c = 0; c < 3; ++c) {
    for (size_t value = 0; value < 256; ++value) {
      table[c][value] = static_cast<float>((static_cast<double>(value) / 255.0 - mean[c]) / std[c]);
    }
  }
  return table;
}

void normalise_row(const uint8_t* rgb, int64_t width, const NormaliseTable& table, float* out) {
  for (int64_t x = 0; x < width; ++x, rgb += 3, out += 3) {
    out[0] = table[0][rgb[0]];
    out[1] = table[1][rgb[1]];
    out[2] = table[2][rgb[2]];
  }
}

void resize_normalised(const uint8_t* rgb, size_t rgb_stride, const ImageSize& from,
                       const ImageSize& to, const NormaliseTable& table, float* out,
                       size_t out_stride) {
  const AxisTable columns = axis_table(from.width, to.width);
  const AxisTable lines = axis_table(from.height, to.height);
  StretchedRows stretched(rgb, rgb_stride, from.width, columns, table);
  const size_t count = 3 * columns.low.size();
  const bool bypass =
      count * lines.low.size() * sizeof(float) >= kLargePicture && can_bypass_caches();
  const auto blend = bypass ? blend_rows_past_caches : blend_rows;
  for (size_t y = 0; y < lines.low.size(); ++y) {
    const int64_t low = lines.low[y];
    const float* a = stretched(low);
    const float* b = stretched(std::min(low + 1, from.height - 1));
    blend(a, b, lines.weight[y], count, out + y * out_stride);
  }
  if (bypass) finish_bypass();
}

}  // namespace rn
