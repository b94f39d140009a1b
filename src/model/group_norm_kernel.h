#pragma once

#include <cstdint>
#include <type_traits>

namespace rn {

/// Sizes of a channels-last tensor: [images, pixels, channels] in memory.
struct GroupNormSizes {
  int64_t images;
  int64_t pixels;
  int64_t channels;
  int64_t groups;
};

/// What sums and weights are kept in.
template <class T>
using GroupNormAccumulator = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// For T in float, double, c10::BFloat16.
/// @param y [images, pixels, channels] @param mean, rstd [images, groups], for the backward pass
template <class T, class A = GroupNormAccumulator<T>>
void group_norm_forward(const GroupNormSizes& sizes, const T* x, const A* weight, const A* bias,
                        double eps, T* y, double* mean, double* rstd);

/// @param dx like x @param dweight, dbias [channels]; all three are written, not added to
template <class T, class A = GroupNormAccumulator<T>>
void group_norm_backward(const GroupNormSizes& sizes, const T* dy, const T* x, const A* weight,
                         const double* mean, const double* rstd, T* dx, A* dweight, A* dbias);

}  // namespace rn
