#pragma once

#include <torch/nn/modules/conv.h>

#include <cstdint>
#include <string>
#include <vector>

#include "boxes/predictions.h"
#include "model/config.h"
#include "model/norm.h"

namespace rn {

/// A tower of 3x3 convolutions with ReLU and an output convolution, the same for every level.
/// Names: `conv.{i}.0` (convolution), `conv.{i}.1` (group norm, if any) and the output's own.
/// A convolution before a group norm has no bias, as in torchvision. Weights N(0, 0.01), biases 0.
/// Lin et al. 2017, section 4.1.
class HeadTowerImpl : public torch::nn::Module {
 public:
  HeadTowerImpl(int64_t channels, int64_t out_channels, const std::string& output_name,
                const HeadConfig& config);

  /// @param feature [N, channels, H, W] @return [N, out_channels, H, W]
  torch::Tensor forward(const torch::Tensor& feature);

  torch::nn::Conv2d& output() { return output_; }

 private:
  std::vector<ConvNorm> layers_;
  torch::nn::Conv2d output_{nullptr};
};
TORCH_MODULE(HeadTower);

/// `classification_head` (output `cls_logits`, bias -log((1 - pi) / pi)) and `regression_head`
/// (output `bbox_reg`).
class HeadImpl : public torch::nn::Module {
 public:
  HeadImpl(int64_t channels, int64_t num_anchors, int64_t num_classes, const HeadConfig& config);
  LevelPredictions forward(const torch::Tensor& feature);

 private:
  HeadTower classification_;
  HeadTower regression_;
};
TORCH_MODULE(Head);

}  // namespace rn
