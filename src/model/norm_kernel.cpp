#include "model/norm_kernel.h"

#include <ATen/Parallel.h>
#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/target_clones.h"

// Compiled with -O3 (see CMakeLists.txt): the loops over channels are there to be vectorised.

namespace rn {
namespace {

/// Rows (pixels) summed in one piece; fixed, so that the number of threads doesn't change a result.
constexpr int64_t kRows = 256;

/// sum[c] += a[c], product[c] += a[c] * b[c] for every row. Four rows at a time, so that the sums
/// are loaded and stored a quarter as often.
template <class T>
RN_TARGET_CLONES void add_rows(const T* a, const T* b, int64_t rows, int64_t width,
                               double* __restrict__ sum, double* __restrict__ product) {
  using W = NormWeight<T>;
  const auto value = [](T v) { return static_cast<double>(static_cast<W>(v)); };
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4, a += 4 * width, b += 4 * width) {
    for (int64_t c = 0; c < width; ++c) {
      const double a0 = value(a[c]), a1 = value(a[width + c]);
      const double a2 = value(a[2 * width + c]), a3 = value(a[3 * width + c]);
      sum[c] += (a0 + a1) + (a2 + a3);
      product[c] += (a0 * value(b[c]) + a1 * value(b[width + c])) +
                    (a2 * value(b[2 * width + c]) + a3 * value(b[3 * width + c]));
    }
  }
  for (; row < rows; ++row, a += width, b += width) {
    for (int64_t c = 0; c < width; ++c) {
      sum[c] += value(a[c]);
      product[c] += value(a[c]) * value(b[c]);
    }
  }
}

/// out = x * scale + shift, the last two [channels].
template <class T, class W = NormWeight<T>>
RN_TARGET_CLONES void scale_rows(const T* x, int64_t rows, int64_t width, const W* scale,
                                 const W* shift, T* __restrict__ out) {
  for (int64_t row = 0; row < rows; ++row, x += width, out += width) {
    for (int64_t c = 0; c < width; ++c) out[c] = static_cast<W>(x[c]) * scale[c] + shift[c];
  }
}

/// out = dy * k[0] + (x - k[1]) * k[2] + k[3], with k [4, channels].
template <class T, class W = NormWeight<T>>
RN_TARGET_CLONES void combine_rows(const T* dy, const T* x, int64_t rows, int64_t width, const W* k,
                                   T* __restrict__ out) {
  const W *by_dy = k, *mean = k + width, *by_x = k + 2 * width, *constant = k + 3 * width;
  for (int64_t row = 0; row < rows; ++row, dy += width, x += width, out += width) {
    for (int64_t c = 0; c < width; ++c) {
      out[c] = static_cast<W>(dy[c]) * by_dy[c] + (static_cast<W>(x[c]) - mean[c]) * by_x[c] +
               constant[c];
    }
  }
}

/// body(chunk, image, first row, rows), with rows counted through all images: in parallel.
template <class Body>
void for_chunks(const NormSizes& sizes, Body&& body) {
  const int64_t chunks = (sizes.pixels + kRows - 1) / kRows;
  at::parallel_for(0, sizes.images * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t image = i / chunks, first = i % chunks * kRows;
      body(i, image, image * sizes.pixels + first, std::min(kRows, sizes.pixels - first));
    }
  });
}

/// Per image and channel: sum of a, then sum of a*b. [images, 2, channels]
template <class T>
std::vector<double> channel_sums(const NormSizes& sizes, const T* a, const T* b) {
  const int64_t width = sizes.channels, chunks = (sizes.pixels + kRows - 1) / kRows;
  std::vector<double> partial(sizes.images * chunks * 2 * width);
  for_chunks(sizes, [&](int64_t chunk, int64_t, int64_t first, int64_t rows) {
    double* sum = partial.data() + chunk * 2 * width;
    add_rows(a + first * width, b + first * width, rows, width, sum, sum + width);
  });
  std::vector<double> total(sizes.images * 2 * width);
  for (int64_t i = 0; i < sizes.images * chunks; ++i) {
    double* image = total.data() + i / chunks * 2 * width;
    for (int64_t c = 0; c < 2 * width; ++c) image[c] += partial[i * 2 * width + c];
  }
  return total;
}

}  // namespace

template <class T, class W>
void norm_forward(const NormSizes& sizes, const T* x, const W* weight, const W* bias, double eps,
                  T* y, double* mean, double* variance) {
  const std::vector<double> sums = channel_sums(sizes, x, x);
  const int64_t width = sizes.channels, per_group = width / sizes.groups;
  const double count = static_cast<double>(per_group * sizes.pixels);
  std::vector<W> scale_shift(sizes.images * 2 * width);
  for (int64_t g = 0; g < sizes.images * sizes.groups; ++g) {
    const int64_t image = g / sizes.groups, first = g % sizes.groups * per_group;
    const double* sum = sums.data() + image * 2 * width;
    double total = 0, squares = 0;
    for (int64_t c = first; c < first + per_group; ++c) {
      total += sum[c];
      squares += sum[width + c];
    }
    mean[g] = total / count;
    variance[g] = std::max(squares / count - mean[g] * mean[g], 0.0);
    const double rstd = 1 / std::sqrt(variance[g] + eps);
    W* scale = scale_shift.data() + image * 2 * width;
    for (int64_t c = first; c < first + per_group; ++c) {
      scale[c] = static_cast<W>(weight[c] * rstd);
      scale[width + c] = static_cast<W>(bias[c] - mean[g] * weight[c] * rstd);
    }
  }
  for_chunks(sizes, [&](int64_t, int64_t image, int64_t first, int64_t rows) {
    const W* scale = scale_shift.data() + image * 2 * width;
    scale_rows(x + first * width, rows, width, scale, scale + width, y + first * width);
  });
}

template <class T, class W>
void norm_backward(const NormSizes& sizes, const T* dy, const T* x, const W* weight,
                   const double* mean, const double* variance, double eps, T* dx, W* dweight,
                   W* dbias) {
  const std::vector<double> sums = channel_sums(sizes, dy, x);
  const int64_t width = sizes.channels, per_group = width / sizes.groups;
  const double count = static_cast<double>(per_group * sizes.pixels);
  std::vector<W> factors(sizes.images * 4 * width);
  std::vector<double> weight_grad(width), bias_grad(width);
  for (int64_t g = 0; g < sizes.images * sizes.groups; ++g) {
    const int64_t image = g / sizes.groups, first = g % sizes.groups * per_group;
    const double* sum_dy = sums.data() + image * 2 * width;
    const double* sum_dy_x = sum_dy + width;
    const double rstd = 1 / std::sqrt(variance[g] + eps);
    double dy_total = 0, dy_x_total = 0;
    for (int64_t c = first; c < first + per_group; ++c) {
      const double centred = sum_dy_x[c] - sum_dy[c] * mean[g];
      dy_total += weight[c] * sum_dy[c];
      dy_x_total += weight[c] * centred;
      weight_grad[c] += centred * rstd;
      bias_grad[c] += sum_dy[c];
    }
    // d/dx of (x - mean) * rstd: through x itself, through rstd (in proportion to x - mean) and
    // through the mean (the same for every pixel).
    W* k = factors.data() + image * 4 * width;
    for (int64_t c = first; c < first + per_group; ++c) {
      k[c] = static_cast<W>(weight[c] * rstd);
      k[width + c] = static_cast<W>(mean[g]);
      k[2 * width + c] = static_cast<W>(-dy_x_total * rstd * rstd * rstd / count);
      k[3 * width + c] = static_cast<W>(-dy_total * rstd / count);
    }
  }
  for_chunks(sizes, [&](int64_t, int64_t image, int64_t first, int64_t rows) {
    combine_rows(dy + first * width, x + first * width, rows, width,
                 factors.data() + image * 4 * width, dx + first * width);
  });
  for (int64_t c = 0; c < width; ++c) {
    dweight[c] = static_cast<W>(weight_grad[c]);
    dbias[c] = static_cast<W>(bias_grad[c]);
  }
}

#define RN_INSTANTIATE(T, W)                                                                       \
  template void norm_forward<T, W>(const NormSizes&, const T*, const W*, const W*, double, T*,     \
                                   double*, double*);                                              \
  template void norm_backward<T, W>(const NormSizes&, const T*, const T*, const W*, const double*, \
                                    const double*, double, T*, W*, W*);
RN_INSTANTIATE(float, float)
RN_INSTANTIATE(double, double)
RN_INSTANTIATE(c10::BFloat16, float)
#undef RN_INSTANTIATE

}  // namespace rn
