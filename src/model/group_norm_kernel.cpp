#include "model/group_norm_kernel.h"

#include <ATen/Parallel.h>
#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cmath>
#include <vector>

// Compiled with -O3 (see CMakeLists.txt): the loops over channels are there to be vectorised.

namespace rn {
namespace {

/// Rows summed in one piece; fixed, so that the number of threads doesn't change a result.
constexpr int64_t kRows = 256;

/// Per image and channel: sum of a, then sum of a*b. [images, 2, channels]
template <class T>
std::vector<double> channel_sums(const GroupNormSizes& sizes, const T* a, const T* b) {
  using A = GroupNormAccumulator<T>;
  const int64_t width = sizes.channels;
  const int64_t chunks = (sizes.pixels + kRows - 1) / kRows;
  std::vector<A> partial(sizes.images * chunks * 2 * width);
  at::parallel_for(0, sizes.images * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      A* __restrict__ sum = partial.data() + i * 2 * width;
      A* __restrict__ product = sum + width;
      const int64_t first = i / chunks * sizes.pixels + i % chunks * kRows;
      const int64_t rows = std::min(kRows, sizes.pixels - i % chunks * kRows);
      for (int64_t row = first; row < first + rows; ++row) {
        const T* a_row = a + row * width;
        const T* b_row = b + row * width;
        for (int64_t c = 0; c < width; ++c) {
          const A value = a_row[c];
          sum[c] += value;
          product[c] += value * static_cast<A>(b_row[c]);
        }
      }
    }
  });
  std::vector<double> total(sizes.images * 2 * width);
  for (int64_t i = 0; i < sizes.images * chunks; ++i) {
    double* image = total.data() + i / chunks * 2 * width;
    for (int64_t c = 0; c < 2 * width; ++c) image[c] += partial[i * 2 * width + c];
  }
  return total;
}

/// out = p * k[0] + q * k[1] + k[2], with k [images, 3, channels].
template <class T, class A = GroupNormAccumulator<T>>
void combine(const GroupNormSizes& sizes, const T* p, const T* q, const std::vector<A>& k, T* out) {
  const int64_t width = sizes.channels;
  at::parallel_for(0, sizes.images * sizes.pixels, kRows, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const A* k0 = k.data() + row / sizes.pixels * 3 * width;
      const A* k1 = k0 + width;
      const A* k2 = k1 + width;
      const T* p_row = p + row * width;
      const T* q_row = q + row * width;
      T* __restrict__ out_row = out + row * width;
      for (int64_t c = 0; c < width; ++c) {
        out_row[c] = static_cast<A>(p_row[c]) * k0[c] + static_cast<A>(q_row[c]) * k1[c] + k2[c];
      }
    }
  });
}

}  // namespace

template <class T, class A>
void group_norm_forward(const GroupNormSizes& sizes, const T* x, const A* weight, const A* bias,
                        double eps, T* y, double* mean, double* rstd) {
  const std::vector<double> sums = channel_sums(sizes, x, x);
  const int64_t width = sizes.channels, per_group = width / sizes.groups;
  const double count = static_cast<double>(per_group * sizes.pixels);
  std::vector<A> scale_shift(sizes.images * 2 * width);
  for (int64_t g = 0; g < sizes.images * sizes.groups; ++g) {
    const int64_t image = g / sizes.groups, first = g % sizes.groups * per_group;
    const double* sum = sums.data() + image * 2 * width;
    double total = 0, squares = 0;
    for (int64_t c = first; c < first + per_group; ++c) {
      total += sum[c];
      squares += sum[width + c];
    }
    mean[g] = total / count;
    rstd[g] = 1 / std::sqrt(std::max(squares / count - mean[g] * mean[g], 0.0) + eps);
    A* scale = scale_shift.data() + image * 2 * width;
    for (int64_t c = first; c < first + per_group; ++c) {
      scale[c] = static_cast<A>(weight[c] * rstd[g]);
      scale[width + c] = static_cast<A>(bias[c] - mean[g] * weight[c] * rstd[g]);
    }
  }
  at::parallel_for(0, sizes.images * sizes.pixels, kRows, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const A* scale = scale_shift.data() + row / sizes.pixels * 2 * width;
      const A* shift = scale + width;
      const T* x_row = x + row * width;
      T* __restrict__ y_row = y + row * width;
      for (int64_t c = 0; c < width; ++c) {
        y_row[c] = static_cast<A>(x_row[c]) * scale[c] + shift[c];
      }
    }
  });
}

template <class T, class A>
void group_norm_backward(const GroupNormSizes& sizes, const T* dy, const T* x, const A* weight,
                         const double* mean, const double* rstd, T* dx, A* dweight, A* dbias) {
  const std::vector<double> sums = channel_sums(sizes, dy, x);
  const int64_t width = sizes.channels, per_group = width / sizes.groups;
  const double count = static_cast<double>(per_group * sizes.pixels);
  std::vector<A> k(sizes.images * 3 * width);
  std::vector<double> weight_grad(width), bias_grad(width);
  for (int64_t g = 0; g < sizes.images * sizes.groups; ++g) {
    const int64_t image = g / sizes.groups, first = g % sizes.groups * per_group;
    const double* sum_dy = sums.data() + image * 2 * width;
    const double* sum_dy_x = sum_dy + width;
    double dy_total = 0, dy_x_total = 0;
    for (int64_t c = first; c < first + per_group; ++c) {
      dy_total += weight[c] * sum_dy[c];
      dy_x_total += weight[c] * sum_dy_x[c];
      weight_grad[c] += (sum_dy_x[c] - sum_dy[c] * mean[g]) * rstd[g];
      bias_grad[c] += sum_dy[c];
    }
    // d/dx of (x - mean) * rstd: through x itself, through rstd (in proportion to x - mean) and
    // through the mean (the same for every pixel).
    const double by_x = (dy_total * mean[g] - dy_x_total) * rstd[g] * rstd[g] * rstd[g] / count;
    const double constant = -by_x * mean[g] - dy_total * rstd[g] / count;
    A* k0 = k.data() + image * 3 * width;
    for (int64_t c = first; c < first + per_group; ++c) {
      k0[c] = static_cast<A>(weight[c] * rstd[g]);
      k0[width + c] = static_cast<A>(by_x);
      k0[2 * width + c] = static_cast<A>(constant);
    }
  }
  combine(sizes, dy, x, k, dx);
  for (int64_t c = 0; c < width; ++c) {
    dweight[c] = static_cast<A>(weight_grad[c]);
    dbias[c] = static_cast<A>(bias_grad[c]);
  }
}

#define RN_INSTANTIATE(T, A)                                                                   \
  template void group_norm_forward<T, A>(const GroupNormSizes&, const T*, const A*, const A*,  \
                                         double, T*, double*, double*);                        \
  template void group_norm_backward<T, A>(const GroupNormSizes&, const T*, const T*, const A*, \
                                          const double*, const double*, T*, A*, A*);
RN_INSTANTIATE(float, float)
RN_INSTANTIATE(double, double)
RN_INSTANTIATE(c10::BFloat16, float)
#undef RN_INSTANTIATE

}  // namespace rn
