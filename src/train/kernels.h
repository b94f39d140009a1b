#pragma once

#include <cstddef>
#include <cstdint>

namespace rn {

/// Single passes over dense float32 memory: what a chain of tensor operations reads and writes five
/// times is read and written once. Free of LibTorch, so that they compile with their own flags
/// (vectorised, no fused multiply-add): the same bits from any thread and on any machine.

/// One SGD step as torch::optim::SGD does it: L2 term, momentum without dampening.
struct SgdStep {
  float learning_rate;
  float momentum;
  float weight_decay;
  float gradient_scale;  ///< multiplies the gradient first
  bool nesterov;
};
void sgd_update(float* parameter, const float* gradient, float* momentum, int64_t count,
                const SgdStep& step);

/// One AdamW step. Loshchilov and Hutter 2019, algorithm 2, as torch::optim::AdamW does it.
struct AdamWStep {
  float beta1;
  float beta2;
  float eps;
  float decay_factor;             ///< 1 - learning_rate * weight_decay
  float step_size;                ///< learning_rate / (1 - beta1^t)
  float inverse_root_correction;  ///< 1 / sqrt(1 - beta2^t)
  float gradient_scale;           ///< multiplies the gradient first
};
void adamw_update(float* parameter, const float* gradient, float* mean, float* square,
                  int64_t count, const AdamWStep& step);

/// average += (value - average) * weight; exactly unchanged where both are equal.
void average_update(float* average, const float* value, int64_t count, float weight);

/// Sum of squares in double; the order of the additions is fixed.
double sum_of_squares(const float* values, int64_t count);

/// memcpy for memory that isn't read again soon: it goes past the caches, which takes a third of
/// the traffic off (a store into a cache reads the line first).
void copy_past_caches(char* to, const char* from, std::size_t count);

}  // namespace rn
