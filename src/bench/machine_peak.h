#pragma once

#include <torch/types.h>

#include <string>

namespace rn {

/// What the machine can do at most, as measured.
struct MachinePeak {
  double flop_per_second = 0.0;
  std::string by;  ///< what reached it: "matrix product", "1x1 convolution", "3x3 convolution" ...

  /// Keeps the larger of what it has and another.
  void consider(double another_flop_per_second, const std::string& another_by);
};

/// The best of several runs of three large products: of two 2048 x 2048 matrices by LibTorch's
/// matrix product; the same written as a 1x1 convolution, which has another library behind it
/// (Debian's LibTorch multiplies float32 matrices with whatever BLAS is installed, but convolves
/// with oneDNN); and a 3x3 convolution of 256 channels, whose operands stay in the caches.
MachinePeak measure_peak(torch::Dtype dtype, torch::Device device);

}  // namespace rn
