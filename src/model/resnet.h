#pragma once

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include <array>
#include <cstdint>

#include "model/config.h"
#include "model/norm.h"

namespace rn {

/// ResNet (He et al. 2016) and ResNeXt (Xie et al. 2017) without the classifier; bottlenecks have
/// their stride in the 3x3 convolution ("v1.5") unless the config wants it in the first 1x1. Names
/// and initial values are torchvision's: `conv1`, `bn1`, `layer{1-4}.{i}.{conv,bn}{1-3}`,
/// `layer{1-4}.0.downsample.{0,1}`; norms keep the name bn whatever their kind.
class ResNetImpl : public torch::nn::Module {
 public:
  explicit ResNetImpl(const BackboneConfig& config);

  /// @param images [N, 3, H, W]
  /// @return C3, C4, C5: [N, channels, ceil(H / stride), ceil(W / stride)] at strides 8, 16, 32
  std::array<torch::Tensor, 3> forward(const torch::Tensor& images);

  /// Of C3, C4 and C5.
  std::array<int64_t, 3> channels() const { return channels_; }

  /// Frozen stages stay in eval mode, so that batch norm in them keeps its statistics.
  void train(bool on = true) override;

 private:
  void freeze_stages();

  torch::nn::Conv2d conv1_{nullptr};
  ChannelNorm norm1_{nullptr};
  std::array<torch::nn::Sequential, 4> layers_{nullptr, nullptr, nullptr, nullptr};
  std::array<int64_t, 3> channels_{};
  int64_t frozen_stages_;
};
TORCH_MODULE(ResNet);

}  // namespace rn
