#include "loss/focal_kernel.h"

#include <algorithm>
#include <vector>

#include "boxes/anchor_labels.h"
#include "core/target_clones.h"
#include "loss/focal_math.h"

// The loops below are compiled for several instruction sets.

namespace rn {
namespace {

using focal_math::Gamma;

constexpr int64_t kBlock = 256;  // elements between two additions to the double sum
constexpr int64_t kLanes = 16;

/// Adds up in a fixed order that vectorises without leave to reorder sums.
template <class T>
RN_INLINE double sum_of(const T* values, int64_t count) {
  T lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += values[i + lane];
  }
  double sum = 0;
  for (; i < count; ++i) sum += values[i];
  for (const T lane : lanes) sum += lane;
  return sum;
}

template <Gamma kGamma, class T>
RN_INLINE double negatives_loop(const T* logits, int64_t count, T gamma, T scale, T* gradient) {
  T losses[kBlock];
  double sum = 0;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t size = std::min(kBlock, count - begin);
    const T* x = logits + begin;
    if (gradient != nullptr) {
      T* g = gradient + begin;
      for (int64_t i = 0; i < size; ++i) {
        const auto [loss, slope] = focal_math::focal<kGamma>(x[i], gamma);
        losses[i] = loss;
        g[i] = scale * slope;
      }
    } else {
      for (int64_t i = 0; i < size; ++i) {
        losses[i] = focal_math::focal<kGamma>(x[i], gamma).loss;
      }
    }
    sum += sum_of(losses, size);
  }
  return sum;
}

template <class T>
RN_INLINE double negatives_any(const T* x, int64_t count, T gamma, T scale, T* gradient) {
  switch (focal_math::gamma_kind(gamma)) {
    case Gamma::kZero:
      return negatives_loop<Gamma::kZero>(x, count, gamma, scale, gradient);
    case Gamma::kOne:
      return negatives_loop<Gamma::kOne>(x, count, gamma, scale, gradient);
    case Gamma::kTwo:
      return negatives_loop<Gamma::kTwo>(x, count, gamma, scale, gradient);
    case Gamma::kAny:
      break;
  }
  return negatives_loop<Gamma::kAny>(x, count, gamma, scale, gradient);
}

RN_TARGET_CLONES double negatives(const float* x, int64_t count, float gamma, float scale,
                                  float* g) {
  return negatives_any(x, count, gamma, scale, g);
}

double negatives(const double* x, int64_t count, double gamma, double scale, double* g) {
  return negatives_any(x, count, gamma, scale, g);
}

RN_INLINE float widen(float x) { return x; }
RN_INLINE double widen(double x) { return x; }
RN_INLINE float widen(Bf16 x) { return std::bit_cast<float>(static_cast<uint32_t>(x.bits) << 16U); }

RN_INLINE void store(float x, float& out) { out = x; }
RN_INLINE void store(double x, double& out) { out = x; }
RN_INLINE void store(float x, Bf16& out) {  // to the nearest, ties to even
  const auto bits = std::bit_cast<uint32_t>(x);
  const uint32_t rounded = (bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U;
  out.bits = static_cast<uint16_t>(x == x ? rounded : 0x7fc0U);
}

template <class To, class From>
RN_INLINE void convert(const From* from, int64_t count, To* to) {
  for (int64_t i = 0; i < count; ++i) store(widen(from[i]), to[i]);
}
RN_TARGET_CLONES void convert_clones(const Bf16* from, int64_t count, float* to) {
  convert(from, count, to);
}
RN_TARGET_CLONES void convert_clones(const float* from, int64_t count, Bf16* to) {
  convert(from, count, to);
}

double negatives(const Bf16* x, int64_t count, float gamma, float scale, Bf16* gradient) {
  float wide[kBlock];
  float slopes[kBlock];
  double sum = 0;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t size = std::min(kBlock, count - begin);
    convert_clones(x + begin, size, wide);
    sum += negatives(wide, size, gamma, scale, gradient != nullptr ? slopes : nullptr);
    if (gradient != nullptr) convert_clones(slopes, size, gradient + begin);
  }
  return sum;
}

/// e[k] = exp(x[k] - largest). @return their sum, without x[skip]
template <class T>
RN_INLINE double exponentials_any(const T* x, int64_t count, T largest, int64_t skip, T* e) {
  for (int64_t k = 0; k < count; ++k) e[k] = focal_math::exp_negative(x[k] - largest);
  if (skip < 0) return sum_of(e, count);
  const T own = e[skip];
  e[skip] = 0;  // left out, not subtracted: 1 - p_t must not cancel
  const double others = sum_of(e, count);
  e[skip] = own;
  return others;
}
RN_TARGET_CLONES double exponentials(const float* x, int64_t count, float largest, int64_t skip,
                                     float* e) {
  return exponentials_any(x, count, largest, skip, e);
}
double exponentials(const double* x, int64_t count, double largest, int64_t skip, double* e) {
  return exponentials_any(x, count, largest, skip, e);
}

template <class T>
using Wide = decltype(widen(T{}));

/// One anchor. With u = log(p_t): dL/du = -w q^gamma (1 + gamma p s/q), s = -u, q = 1 - p_t, and
/// du/dx_j = [j == t] - p_j.
template <class T>
double softmax_row(const T* logits, int64_t label, const FocalKernelTerms& terms, Wide<T>* x,
                   Wide<T>* e, T* gradient) {
  const int64_t count = terms.num_classes;
  const auto background = static_cast<Wide<T>>(std::log(static_cast<double>(count)));
  Wide<T> largest = background;
  for (int64_t k = 0; k < count; ++k) {
    x[k] = widen(logits[k]);
    largest = std::max(largest, x[k]);
  }
  double others = exponentials(x, count, largest, label, e);
  const Wide<T> target_shift = (label >= 0 ? x[label] : background) - largest;
  const Wide<T> background_e = focal_math::exp_negative(background - largest);
  const double own = label >= 0 ? e[label] : background_e;
  if (label >= 0) others += background_e;
  const double total = others + own;
  const double p = own / total;
  const double q = others / total;
  // Of the two forms of -log(p) each is exact where the other isn't.
  const double s = own > others ? std::log1p(others / own) : std::log(total) - target_shift;
  const double weight = label >= 0 ? terms.positive_weights[label] : terms.negative_weight;
  const double modulation = weight * std::pow(q, terms.gamma);
  if (gradient != nullptr) {
    const double slope =
        terms.gradient_scale * modulation * (1 + terms.gamma * p * (q > 0 ? s / q : 1.0));
    const auto factor = static_cast<Wide<T>>(slope / total);
    for (int64_t k = 0; k < count; ++k) store(factor * e[k], gradient[k]);
    if (label >= 0) store(static_cast<Wide<T>>(-slope * q), gradient[label]);
  }
  return modulation * s;
}

}  // namespace

template <class T>
double sigmoid_focal(const T* logits, const int64_t* labels, int64_t count,
                     const FocalKernelTerms& terms, T* gradient) {
  using W = Wide<T>;
  const auto gamma = static_cast<W>(terms.gamma);
  const Gamma kind = focal_math::gamma_kind(terms.gamma);
  const auto negative_scale = static_cast<W>(terms.gradient_scale * terms.negative_weight);
  const int64_t num_classes = terms.num_classes;
  const auto gradient_at = [&](int64_t i) { return gradient != nullptr ? gradient + i : nullptr; };
  double negative_sum = 0;
  double positive_sum = 0;
  int64_t begin = 0;  // everything from here on is negative, up to what interrupts it
  const auto take_negatives = [&](int64_t end) {
    if (end > begin) {
      negative_sum +=
          negatives(logits + begin, end - begin, gamma, negative_scale, gradient_at(begin));
    }
  };
  for (int64_t anchor = 0; anchor < count; ++anchor) {
    const int64_t label = labels[anchor];
    if (label == kBackground) continue;
    const int64_t row = anchor * num_classes;
    if (label == kIgnore) {
      take_negatives(row);
      begin = row + num_classes;
      if (gradient != nullptr) std::fill(gradient + row, gradient + begin, T{});
      continue;
    }
    take_negatives(row + label);
    begin = row + label + 1;
    const double weight = terms.positive_weights[label];
    const auto [loss, slope] = focal_math::focal(kind, -widen(logits[row + label]), gamma);
    positive_sum += weight * loss;
    if (gradient != nullptr) {
      store(static_cast<W>(-terms.gradient_scale * weight * slope), gradient[row + label]);
    }
  }
  take_negatives(count * num_classes);
  return terms.negative_weight * negative_sum + positive_sum;
}

template <class T>
double softmax_focal(const T* logits, const int64_t* labels, int64_t count,
                     const FocalKernelTerms& terms, T* gradient) {
  std::vector<Wide<T>> scratch(2 * terms.num_classes);
  double sum = 0;
  for (int64_t anchor = 0; anchor < count; ++anchor) {
    const int64_t row = anchor * terms.num_classes;
    T* row_gradient = gradient != nullptr ? gradient + row : nullptr;
    if (labels[anchor] != kIgnore) {
      sum += softmax_row(logits + row, labels[anchor], terms, scratch.data(),
                         scratch.data() + terms.num_classes, row_gradient);
    } else if (gradient != nullptr) {
      std::fill(row_gradient, row_gradient + terms.num_classes, T{});
    }
  }
  return sum;
}

#define RN_INSTANTIATE(T)                                                                      \
  template double sigmoid_focal<T>(const T*, const int64_t*, int64_t, const FocalKernelTerms&, \
                                   T*);                                                        \
  template double softmax_focal<T>(const T*, const int64_t*, int64_t, const FocalKernelTerms&, T*);
RN_INSTANTIATE(float)
RN_INSTANTIATE(double)
RN_INSTANTIATE(Bf16)
#undef RN_INSTANTIATE

}  // namespace rn
