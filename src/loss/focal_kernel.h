#pragma once

#include <cstdint>

namespace rn {

/// The layout of at::BFloat16; this header needs no LibTorch.
struct Bf16 {
  uint16_t bits;
};

struct FocalKernelTerms {
  int64_t num_classes;             ///< K
  const double* positive_weights;  ///< [K]
  double negative_weight;
  double gamma;
  double gradient_scale;  ///< factor of the gradient alone; the sums stay unscaled
};

/// Focal loss and its gradient in one pass over the logits. Sums are double; the maths is float for
/// float and bfloat16 (within about 2 ulp of the exact value), and double for double. Finite logits
/// give finite results; NaN stays NaN. T is float, double or Bf16.
/// @param logits [count, K] @param labels [count]: class index, kBackground or kIgnore
/// @param gradient [count, K], overwritten; or null
/// @return sum of -weight_t (1 - p_t)^gamma log(p_t), Lin et al. 2017, Eq. 5, over anchors and
/// classes
template <class T>
double sigmoid_focal(const T* logits, const int64_t* labels, int64_t count,
                     const FocalKernelTerms& terms, T* gradient);

/// The same with the softmax over the K classes and a background whose logit is log(K), with one
/// target for an anchor: sum of -weight_t (1 - p_t)^gamma log(p_t) over the anchors.
template <class T>
double softmax_focal(const T* logits, const int64_t* labels, int64_t count,
                     const FocalKernelTerms& terms, T* gradient);

}  // namespace rn
