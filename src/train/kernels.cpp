#include "train/kernels.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace rn {

void sgd_update(float* __restrict parameter, const float* __restrict gradient,
                float* __restrict momentum, int64_t count, const SgdStep& step) {
  const SgdStep s = step;
  // One loop for each form: the compiler vectorises it only without a branch inside.
  if (s.nesterov) {
    for (int64_t i = 0; i < count; ++i) {
      const float g = gradient[i] * s.gradient_scale + parameter[i] * s.weight_decay;
      const float m = momentum[i] * s.momentum + g;
      momentum[i] = m;
      parameter[i] -= s.learning_rate * (g + s.momentum * m);
    }
  } else {
    for (int64_t i = 0; i < count; ++i) {
      const float g = gradient[i] * s.gradient_scale + parameter[i] * s.weight_decay;
      const float m = momentum[i] * s.momentum + g;
      momentum[i] = m;
      parameter[i] -= s.learning_rate * m;
    }
  }
}

void adamw_update(float* __restrict parameter, const float* __restrict gradient,
                  float* __restrict mean, float* __restrict square, int64_t count,
                  const AdamWStep& step) {
  const AdamWStep s = step;
  const float rest1 = 1.0f - s.beta1;
  const float rest2 = 1.0f - s.beta2;
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * s.gradient_scale;
    const float m = mean[i] * s.beta1 + g * rest1;
    const float v = square[i] * s.beta2 + g * g * rest2;
    mean[i] = m;
    square[i] = v;
    const float root = std::sqrt(v) * s.inverse_root_correction + s.eps;
    parameter[i] = parameter[i] * s.decay_factor - s.step_size * (m / root);
  }
}

void average_update(float* __restrict average, const float* __restrict value, int64_t count,
                    float weight) {
  for (int64_t i = 0; i < count; ++i) average[i] += (value[i] - average[i]) * weight;
}

double sum_of_squares(const float* values, int64_t count) {
  constexpr int64_t kLanes = 8;  // independent sums, so that the loop vectorises as written
  double lanes[kLanes] = {};
  const int64_t whole = count - count % kLanes;
  for (int64_t i = 0; i < whole; i += kLanes) {
    for (int64_t k = 0; k < kLanes; ++k) {
      const double value = values[i + k];
      lanes[k] += value * value;
    }
  }
  double sum = 0.0;
  for (int64_t k = 0; k < kLanes; ++k) sum += lanes[k];
  for (int64_t i = whole; i < count; ++i) {
    sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  return sum;
}

void copy_past_caches(char* to, const char* from, std::size_t count) {
#ifdef __SSE2__
  constexpr std::size_t kLine = 64;
  const std::size_t head =
      std::min(count, (kLine - reinterpret_cast<std::uintptr_t>(to) % kLine) % kLine);
  std::memcpy(to, from, head);
  std::size_t done = head;
  for (; done + kLine <= count; done += kLine) {
    for (std::size_t i = done; i < done + kLine; i += sizeof(__m128i)) {
      _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                       _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
    }
  }
  _mm_sfence();  // whoever is told that the copy is done sees it
  std::memcpy(to + done, from + done, count - done);
#else
  std::memcpy(to, from, count);
#endif
}

}  // namespace rn
