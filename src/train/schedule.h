#pragma once

#include <cstdint>

#include "train/config.h"

namespace rn {

/// The length of a run, in optimizer steps.
struct RunLength {
  int64_t iterations = 1;  ///< of the whole run
  int64_t iterations_per_epoch = 1;
};

/// The share of the learning rate that a step gets: a pure function, so that a resumed run needs no
/// scheduler state. The product of a linear warm-up (Goyal et al. 2017, section 2.2; torchvision's
/// LinearLR: warmup_factor at step 0, 1 at step W) and of
///   constant    1
///   multi_step  gamma ^ (milestones passed), a milestone of e epochs being step e * per epoch
///   cosine      f + (1 - f) (1 + cos(pi p)) / 2     Loshchilov and Hutter 2017, Eq. 5
///   poly        f + (1 - f) (1 - p) ^ power         as in DeepLab
/// with f = final_factor and p = iteration / iterations, the share of the run that is done.
/// W = warmup_steps.
/// @param iteration 0 for the first step
double learning_rate_factor(const ScheduleConfig& config, int64_t iteration,
                            const RunLength& length);

/// min(warmup_iterations, iterations / 10): a run of a few hundred steps warms up too.
int64_t warmup_steps(const ScheduleConfig& config, const RunLength& length);

/// The rate after the warm-up: learning_rate is quoted for 16 images a step and grows linearly with
/// their number (Goyal et al. 2017), unless scale_learning_rate is off.
/// @param images_per_step batch_size * accumulate
double base_learning_rate(const OptimizerConfig& config, int64_t images_per_step);

}  // namespace rn
