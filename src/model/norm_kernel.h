#pragma once

#include <cstdint>
#include <type_traits>

namespace rn {

/// Sizes of a channels-last tensor: [images, pixels, channels] in memory. Group norm has statistics
/// per image and group. Batch norm is the case of one image, that has all images' pixels, and of as
/// many groups as channels.
struct NormSizes {
  int64_t images;
  int64_t pixels;
  int64_t channels;
  int64_t groups;
};

/// What weights are kept in. Sums are always double: the gradient of what comes before a norm is a
/// small difference of large sums.
template <class T>
using NormWeight = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// For T in float, double, c10::BFloat16.
/// @param y [images, pixels, channels]
/// @param mean, variance [images, groups], written, for the backward pass; variance without eps
template <class T, class W = NormWeight<T>>
void norm_forward(const NormSizes& sizes, const T* x, const W* weight, const W* bias, double eps,
                  T* y, double* mean, double* variance);

/// @param dx like x @param dweight, dbias [channels]; all three are written, not added to
template <class T, class W = NormWeight<T>>
void norm_backward(const NormSizes& sizes, const T* dy, const T* x, const W* weight,
                   const double* mean, const double* variance, double eps, T* dx, W* dweight,
                   W* dbias);

}  // namespace rn
