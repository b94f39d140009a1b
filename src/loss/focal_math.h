#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

// Everything here must melt into the loop that calls it, whatever instruction set that loop is
// compiled for.
#if defined(__GNUC__)
#define RN_INLINE inline __attribute__((always_inline))
#else
#define RN_INLINE inline
#endif

namespace rn::focal_math {

/// exp(x) for x <= 0, without branches, so that compilers vectorise it; below -87, where floats
/// end, exp(-87). NaN stays NaN. exp(x) = 2^n exp(r) with |r| <= log(2)/2, and Taylor's eighth term
/// is below 1e-8 there.
RN_INLINE float exp_negative(float x) {
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to a whole number
  constexpr uint32_t kRoundBits = std::bit_cast<uint32_t>(kRound);
  constexpr float kLog2High = 0.693359375F;  // log(2) in two parts, the first with few bits
  constexpr float kLog2Low = -2.12194440e-4F;
  const float t = x < -87.0F ? -87.0F : x;
  const float rounded = t * 1.44269504F + kRound;
  const float n = rounded - kRound;
  const float r = (t - n * kLog2High) - n * kLog2Low;
  float sum = 1.0F / 5040;
  sum = sum * r + 1.0F / 720;
  sum = sum * r + 1.0F / 120;
  sum = sum * r + 1.0F / 24;
  sum = sum * r + 1.0F / 6;
  sum = sum * r + 0.5F;
  sum = sum * r + 1.0F;
  sum = sum * r + 1.0F;
  const uint32_t power = (std::bit_cast<uint32_t>(rounded) - kRoundBits + 127U) << 23U;
  return sum * std::bit_cast<float>(power);
}
RN_INLINE double exp_negative(double x) { return std::exp(x); }

/// log(1 + x) for 0 <= x <= 1: 2 atanh(s) with s = x / (2 + x) <= 1/3. The first term left out is
/// below 2e-9 of the sum.
RN_INLINE float log1p_unit(float x) {
  const float s = x / (2.0F + x);
  const float s2 = s * s;
  float sum = 2.0F / 15;
  sum = sum * s2 + 2.0F / 13;
  sum = sum * s2 + 2.0F / 11;
  sum = sum * s2 + 2.0F / 9;
  sum = sum * s2 + 2.0F / 7;
  sum = sum * s2 + 2.0F / 5;
  sum = sum * s2 + 2.0F / 3;
  sum = sum * s2 + 2.0F;
  return sum * s;
}
RN_INLINE double log1p_unit(double x) { return std::log1p(x); }

/// Exponents that are cheaper than a power.
enum class Gamma { kZero, kOne, kTwo, kAny };

RN_INLINE Gamma gamma_kind(double gamma) {
  return gamma == 0   ? Gamma::kZero
         : gamma == 1 ? Gamma::kOne
         : gamma == 2 ? Gamma::kTwo
                      : Gamma::kAny;
}

template <class T>
struct LossAndSlope {
  T loss, slope;
};

/// f(y) = p^gamma * softplus(y) with p = sigmoid(y), and f'(y) = p^gamma (gamma (1-p) softplus(y) +
/// p). A negative target's loss is f(x), a positive one's f(-x). Only exp(-|y|) is taken, so
/// nothing overflows and nothing cancels.
template <Gamma kGamma, class T>
RN_INLINE LossAndSlope<T> focal(T y, T gamma) {
  const T e = exp_negative(y < 0 ? y : -y);
  const T log_term = log1p_unit(e);
  const T big = T(1) / (T(1) + e);
  const T small = e * big;
  const T p = y >= 0 ? big : small;
  const T q = y >= 0 ? small : big;
  const T softplus = (y > 0 ? y : T(0)) + log_term;
  if constexpr (kGamma == Gamma::kZero) return {softplus, p};
  T modulation;
  if constexpr (kGamma == Gamma::kOne) {
    modulation = p;
  } else if constexpr (kGamma == Gamma::kTwo) {
    modulation = p * p;
  } else {
    modulation = exp_negative(gamma * ((y < 0 ? y : T(0)) - log_term));
  }
  return {modulation * softplus, modulation * (gamma * q * softplus + p)};
}

template <class T>
RN_INLINE LossAndSlope<T> focal(Gamma kind, T y, T gamma) {
  switch (kind) {
    case Gamma::kZero:
      return focal<Gamma::kZero>(y, gamma);
    case Gamma::kOne:
      return focal<Gamma::kOne>(y, gamma);
    case Gamma::kTwo:
      return focal<Gamma::kTwo>(y, gamma);
    case Gamma::kAny:
      break;
  }
  return focal<Gamma::kAny>(y, gamma);
}

}  // namespace rn::focal_math
