#pragma once

#include <torch/types.h>

#include <string>

namespace rn {

/// What the machine can do at most, as measured.
struct MachinePeak {
  double flop_per_second = 0.0;
  std::string by;  ///< what reached it: "matrix product" or "1x1 convolution"
};

/// The best of several products of two 2048 x 2048 matrices: by LibTorch's matrix product, and
/// written as a 1x1 convolution, which has another library behind it (Debian's LibTorch multiplies
/// float32 matrices with whatever BLAS is installed, but convolves with oneDNN).
MachinePeak measure_peak(torch::Dtype dtype, torch::Device device);

}  // namespace rn
