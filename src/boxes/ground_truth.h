#pragma once

#include <torch/types.h>

namespace rn {

/// The objects of one image, in the frame of the network's input.
struct GroundTruth {
  torch::Tensor boxes;   ///< [M, 4] float32, xyxy in pixels
  torch::Tensor labels;  ///< [M] int64, class index 0..K-1
  torch::Tensor crowds;  ///< [C, 4] float32, xyxy: regions with uncounted objects, never a target
};

}  // namespace rn
