#include "data/antialias.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/error.h"

namespace rn {
namespace {

// Weights are fixed-point numbers with this many binary places: a sum of weights of 1, times 255,
// fits in 32 bits with one to spare.
constexpr int kWeightBits = 22;
constexpr int32_t kHalf = 1 << (kWeightBits - 1);

/// What each output position of an axis is the weighted sum of: `taps` neighbouring inputs, the
/// same number everywhere, so that loops over them can be unrolled; spare ones weigh 0.
struct AxisFilter {
  int64_t taps = 0;
  std::vector<int64_t> first;    ///< [to]
  std::vector<int32_t> weights;  ///< [to, taps]
};

/// The triangle over the inputs whose centres lie within `support` of an output's, normalised.
AxisFilter triangle_filter(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double support = std::max(1.0, scale);  // a reduction reads all the pixels it merges
  const auto centre = [scale](int64_t i) { return (static_cast<double>(i) + 0.5) * scale; };
  const auto begin = [&](int64_t i) {
    return std::max<int64_t>(0, static_cast<int64_t>(centre(i) - support + 0.5));
  };
  const auto end = [&](int64_t i) {
    return std::min(from, static_cast<int64_t>(centre(i) + support + 0.5));
  };

  AxisFilter filter;
  for (int64_t i = 0; i < to; ++i) filter.taps = std::max(filter.taps, end(i) - begin(i));
  filter.first.resize(static_cast<size_t>(to));
  filter.weights.assign(static_cast<size_t>(to * filter.taps), 0);
  std::vector<double> values(static_cast<size_t>(filter.taps));
  for (int64_t i = 0; i < to; ++i) {
    const int64_t first = std::min(begin(i), from - filter.taps);
    double sum = 0;
    for (int64_t k = 0; k < filter.taps; ++k) {
      const int64_t input = first + k;
      const bool is_inside = input >= begin(i) && input < end(i);
      const double distance = (static_cast<double>(input) - centre(i) + 0.5) * (1.0 / support);
      values[static_cast<size_t>(k)] = is_inside ? std::max(0.0, 1.0 - std::abs(distance)) : 0.0;
      sum += values[static_cast<size_t>(k)];
    }
    int32_t* weights = &filter.weights[static_cast<size_t>(i * filter.taps)];
    for (const double value : values) {
      *weights++ = static_cast<int32_t>(0.5 + value / sum * (1 << kWeightBits));
    }
    filter.first[static_cast<size_t>(i)] = first;
  }
  return filter;
}

/// @param sum of weighted bytes, begun at kHalf so that this rounds. Thousands of weights, each
/// rounded up, may come to more than 1.
uint8_t to_byte(int32_t sum) { return static_cast<uint8_t>(std::min(sum >> kWeightBits, 255)); }

/// One row filtered along its width. @tparam kTaps the filter's, or 0 for any number
template <int64_t kTaps>
void filter_row(const uint8_t* row, const AxisFilter& filter, uint8_t* out) {
  const int64_t taps = kTaps != 0 ? kTaps : filter.taps;
  const int32_t* weights = filter.weights.data();
  for (const int64_t first : filter.first) {
    const uint8_t* pixel = row + 3 * first;
    int32_t red = kHalf;
    int32_t green = kHalf;
    int32_t blue = kHalf;
    for (int64_t k = 0; k < taps; ++k, pixel += 3) {
      red += weights[k] * pixel[0];
      green += weights[k] * pixel[1];
      blue += weights[k] * pixel[2];
    }
    out[0] = to_byte(red);
    out[1] = to_byte(green);
    out[2] = to_byte(blue);
    weights += taps;
    out += 3;
  }
}

/// out = the weighted sum of kTaps rows of `count` bytes.
template <int64_t kTaps>
void blend_few_rows(const uint8_t* const* rows, const int32_t* weights, int64_t count,
                    uint8_t* __restrict out) {
  // Copies, which writing to `out` can't change.
  std::array<const uint8_t*, kTaps> row;
  std::array<int32_t, kTaps> weight;
  std::copy_n(rows, kTaps, row.begin());
  std::copy_n(weights, kTaps, weight.begin());
  for (int64_t i = 0; i < count; ++i) {
    int32_t sum = kHalf;
    for (size_t k = 0; k < kTaps; ++k) sum += weight[k] * row[k][i];
    out[i] = to_byte(sum);
  }
}

/// The same for any number of rows.
void blend_many_rows(const uint8_t* const* rows, const int32_t* weights, int64_t taps,
                     int64_t count, uint8_t* __restrict out) {
  constexpr int64_t kBlock = 512;  // sums that stay in the first-level cache
  int32_t sums[kBlock];
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t size = std::min(kBlock, count - begin);
    std::fill_n(sums, size, kHalf);
    for (int64_t k = 0; k < taps; ++k) {
      const uint8_t* row = rows[k] + begin;
      const int32_t weight = weights[k];
      for (int64_t i = 0; i < size; ++i) sums[i] += weight * row[i];
    }
    for (int64_t i = 0; i < size; ++i) out[begin + i] = to_byte(sums[i]);
  }
}

// 2 taps enlarge, 3 or 4 reduce by less than 2: nearly every picture of a data set.

void filter_row(const uint8_t* row, const AxisFilter& filter, uint8_t* out) {
  switch (filter.taps) {
    case 2:
      return filter_row<2>(row, filter, out);
    case 3:
      return filter_row<3>(row, filter, out);
    case 4:
      return filter_row<4>(row, filter, out);
    default:
      return filter_row<0>(row, filter, out);
  }
}

void blend_rows(const std::vector<const uint8_t*>& rows, const int32_t* weights, int64_t count,
                uint8_t* out) {
  switch (rows.size()) {
    case 2:
      return blend_few_rows<2>(rows.data(), weights, count, out);
    case 3:
      return blend_few_rows<3>(rows.data(), weights, count, out);
    case 4:
      return blend_few_rows<4>(rows.data(), weights, count, out);
    default:
      return blend_many_rows(rows.data(), weights, static_cast<int64_t>(rows.size()), count, out);
  }
}

/// The source's rows in the output's width; each is filtered once, when it is first asked for.
class FilteredRows {
 public:
  /// @param kept how many neighbouring rows stay valid
  FilteredRows(const uint8_t* rgb, size_t stride, int64_t from_width, int64_t to_width,
               int64_t kept)
      : rgb_(rgb), stride_(stride), row_size_(3 * static_cast<size_t>(to_width)), kept_(kept) {
    if (from_width == to_width) return;
    columns_ = triangle_filter(from_width, to_width);
    ring_.resize(static_cast<size_t>(kept) * row_size_);
  }

  /// @param index not less than the largest so far, less `kept`, plus 1
  const uint8_t* operator()(int64_t index) {
    const uint8_t* source = rgb_ + static_cast<size_t>(index) * stride_;
    if (ring_.empty()) return source;
    uint8_t* filtered = &ring_[static_cast<size_t>(index % kept_) * row_size_];
    if (index > newest_) {
      filter_row(source, columns_, filtered);
      newest_ = index;
    }
    return filtered;
  }

 private:
  const uint8_t* rgb_;
  size_t stride_;
  size_t row_size_;
  int64_t kept_;
  AxisFilter columns_;
  std::vector<uint8_t> ring_;  ///< [kept, row_size]; empty if the width stays
  int64_t newest_ = -1;
};

}  // namespace

void resize_antialiased(const uint8_t* rgb, size_t rgb_stride, const ImageSize& from,
                        const ImageSize& to, const std::function<void(const uint8_t*)>& take_row) {
  RN_CHECK(from.height > 0 && from.width > 0 && to.height > 0 && to.width > 0,
           "from {}x{} to {}x{}", from.width, from.height, to.width, to.height);
  if (from.height == to.height) {
    FilteredRows filtered(rgb, rgb_stride, from.width, to.width, 1);
    for (int64_t y = 0; y < to.height; ++y) take_row(filtered(y));
    return;
  }
  const AxisFilter lines = triangle_filter(from.height, to.height);
  FilteredRows filtered(rgb, rgb_stride, from.width, to.width, lines.taps);
  std::vector<const uint8_t*> rows(static_cast<size_t>(lines.taps));
  std::vector<uint8_t> blended(static_cast<size_t>(3 * to.width));
  const int32_t* weights = lines.weights.data();
  for (const int64_t first : lines.first) {
    for (int64_t k = 0; k < lines.taps; ++k) rows[static_cast<size_t>(k)] = filtered(first + k);
    blend_rows(rows, weights, 3 * to.width, blended.data());
    take_row(blended.data());
    weights += lines.taps;
  }
}

}  // namespace rn
