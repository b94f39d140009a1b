#pragma once

#include "core/run_events.h"

namespace rn {

inline double fixed_time() { return 1700000000.125; }

/// Numbers that floats hold exactly; 8 images a second, a quarter of the time waiting for data.
inline StepEvent sample_step(int64_t iteration) {
  StepEvent event;
  event.iteration = iteration;
  event.epoch = 2;
  event.images = 4;
  event.positives = 31;
  event.loss_cls = 0.5;
  event.loss_box = 0.25;
  event.learning_rate = 0.001;
  event.grad_norm = 1.5;
  event.step_seconds = 0.5;
  event.data_seconds = 0.125;
  return event;
}

}  // namespace rn
