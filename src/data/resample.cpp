#include "data/resample.h"

#include <algorithm>

#include "core/error.h"

namespace rn {
namespace {

/// Where each output position of an axis reads its two inputs, and the second one's weight.
struct AxisTable {
  std::vector<int64_t> low;
  std::vector<int64_t> high;
  std::vector<float> weight;
};

AxisTable axis_table(int64_t from, int64_t to) {
  const auto count = static_cast<size_t>(to);
  AxisTable table{std::vector<int64_t>(count), std::vector<int64_t>(count),
                  std::vector<float>(count)};
  // As torch computes it: the scale in float32, the positions in double.
  const double scale = static_cast<float>(from) / static_cast<float>(to);
  for (size_t i = 0; i < count; ++i) {
    const double source = std::max(0.0, scale * (static_cast<double>(i) + 0.5) - 0.5);
    const int64_t low = std::min(static_cast<int64_t>(source), from - 1);
    table.low[i] = low;
    table.high[i] = std::min(low + 1, from - 1);
    table.weight[i] = static_cast<float>(std::min(source - static_cast<double>(low), 1.0));
  }
  return table;
}

/// One source row, normalised and stretched to the output's width.
void stretch_row(const uint8_t* row, const AxisTable& columns, const NormaliseTable& table,
                 float* out) {
  for (size_t x = 0; x < columns.low.size(); ++x) {
    const uint8_t* a = row + 3 * columns.low[x];
    const uint8_t* b = row + 3 * columns.high[x];
    const float w = columns.weight[x];
    for (size_t c = 0; c < 3; ++c) {
      out[3 * x + c] = (1.0F - w) * table[c][a[c]] + w * table[c][b[c]];
    }
  }
}

void blend_rows(const float* __restrict a, const float* __restrict b, float w, size_t count,
                float* __restrict out) {
  const float v = 1.0F - w;
  for (size_t i = 0; i < count; ++i) out[i] = v * a[i] + w * b[i];
}

/// Source rows after stretch_row; neighbouring output rows share them.
class StretchedRows {
 public:
  StretchedRows(const uint8_t* rgb, size_t stride, const AxisTable& columns,
                const NormaliseTable& table)
      : rgb_(rgb), stride_(stride), columns_(columns), table_(table) {
    for (Row& row : rows_) row.values.resize(3 * columns.low.size());
  }

  /// Rows are asked for in ascending order, at most two of them at a time.
  const float* operator()(int64_t index) {
    Row& row = rows_[static_cast<size_t>(index % 2)];
    if (row.index != index) {
      stretch_row(rgb_ + static_cast<size_t>(index) * stride_, columns_, table_, row.values.data());
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
  const AxisTable& columns_;
  const NormaliseTable& table_;
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
  StretchedRows stretched(rgb, rgb_stride, columns, table);
  const size_t count = 3 * columns.low.size();
  for (size_t y = 0; y < lines.low.size(); ++y) {
    const float* a = stretched(lines.low[y]);
    const float* b = stretched(lines.high[y]);
    blend_rows(a, b, lines.weight[y], count, out + y * out_stride);
  }
}

}  // namespace rn
