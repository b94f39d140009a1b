#pragma once

#include <torch/nn/modules/conv.h>

#include "model/maps.h"

namespace rn {

/// A square convolution that keeps the size (ceil(size / stride) cells), padded with zeros.
torch::nn::Conv2d make_conv(int64_t in_channels, int64_t out_channels, int64_t kernel_size,
                            int64_t stride = 1, int64_t groups = 1, bool bias = false);

/// conv(map) for each, on the CPU by Winograd's algorithm where that is quicker (float32, see
/// winograd.h) or with the weight's gradient as matrix products (bfloat16, see bf16_conv.h), else
/// as LibTorch does it.
/// @param conv made by make_conv
Maps convolve(const torch::nn::Conv2d& conv, const Maps& maps);
torch::Tensor convolve(const torch::nn::Conv2d& conv, const torch::Tensor& map);

/// The same with a weight and a bias in place of its own. @param bias may be undefined
Maps convolve(const torch::nn::Conv2d& conv, const Maps& maps, const torch::Tensor& weight,
              const torch::Tensor& bias);

/// While it lives, this thread's `convolve` leaves everything to LibTorch, and so do the backward
/// passes of what it gave: for measurements and as a reference.
class LibTorchConvolutionsScope {
 public:
  LibTorchConvolutionsScope();
  ~LibTorchConvolutionsScope();
  LibTorchConvolutionsScope(const LibTorchConvolutionsScope&) = delete;
  LibTorchConvolutionsScope& operator=(const LibTorchConvolutionsScope&) = delete;

 private:
  bool before_;
};

}  // namespace rn
