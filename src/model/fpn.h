#pragma once

#include <torch/nn/modules/conv.h>

#include <array>
#include <cstdint>
#include <vector>

#include "model/config.h"
#include "model/norm.h"

namespace rn {

/// Feature pyramid P3..P7. Lin et al. 2017 (FPN), with RetinaNet's P6 and P7 (section 4):
/// P6 = conv(C5 or P5), P7 = conv(relu(P6)), both with stride 2. Names and initial values are
/// torchvision's: `inner_blocks.{0-2}.0`, `layer_blocks.{0-2}.0`, `extra_blocks.{p6,p7}`.
class FpnImpl : public torch::nn::Module {
 public:
  /// @param in_channels of C3, C4, C5
  FpnImpl(const std::array<int64_t, 3>& in_channels, const FpnConfig& config);

  /// @param features C3, C4, C5, each half (rounded up) the size of the one before
  /// @return P3..P7, each [N, config.channels, H, W]
  std::vector<torch::Tensor> forward(const std::array<torch::Tensor, 3>& features);

 private:
  P6Source p6_from_;
  std::array<ConvNorm, 3> inner_{nullptr, nullptr, nullptr};
  std::array<ConvNorm, 3> outer_{nullptr, nullptr, nullptr};
  torch::nn::Conv2d p6_{nullptr};
  torch::nn::Conv2d p7_{nullptr};
};
TORCH_MODULE(Fpn);

}  // namespace rn
