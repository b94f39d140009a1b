#pragma once

#include <torch/types.h>

namespace rn {

/// What was found in one picture, best score first. On the CPU.
struct Detections {
  torch::Tensor boxes;   ///< [D, 4] float32 xyxy, pixels of the original picture, inside it
  torch::Tensor scores;  ///< [D] float32 in 0..1, descending
  torch::Tensor labels;  ///< [D] int64, class index 0..K-1

  int64_t size() const { return scores.defined() ? scores.size(0) : 0; }
};

}  // namespace rn
