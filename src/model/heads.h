#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "boxes/predictions.h"
#include "model/config.h"
#include "model/norm.h"
#include "model/tower_cells.h"

namespace rn {

/// A tower of 3x3 convolutions with ReLU and an output convolution, the same for every level.
/// Names: `conv.{i}.0` (convolution), `conv.{i}.1` (group norm, if any) and the output's own.
/// A convolution before a group norm has no bias, as in torchvision. Weights N(0, 0.01), biases 0.
/// Lin et al. 2017, section 4.1.
class HeadTowerImpl : public torch::nn::Module {
 public:
  HeadTowerImpl(int64_t channels, int64_t out_channels, const std::string& output_name,
                const HeadConfig& config);

  /// @param features for each level [N, channels, H, W] @return [N, out_channels, H, W] for each
  Maps forward(const Maps& features);

  /// The same in some cells alone, all levels together. Where these are few and no norm looks at
  /// whole maps, only what they depend on is computed (see tower_cells.h): the same values and
  /// gradients up to rounding, and next to nothing where there are no cells.
  /// @param features for each level [N, channels, H, W]
  /// @param cells for each level ascending int64 on the CPU: (n * H + y) * W + x, each once
  /// @return [C, out_channels], level by level
  torch::Tensor forward_at(const Maps& features, const std::vector<torch::Tensor>& cells);

  torch::nn::Conv2d& output() { return output_; }

 private:
  bool can_be_sparse(torch::Device device) const;
  torch::Tensor forward_cells(const Maps& features, const TowerCells& cells);

  std::vector<ConvNorm> layers_;
  torch::nn::Conv2d output_{nullptr};
};
TORCH_MODULE(HeadTower);

/// `classification_head` (output `cls_logits`, bias -log((1 - pi) / pi)) and `regression_head`
/// (output `bbox_reg`).
class HeadImpl : public torch::nn::Module {
 public:
  HeadImpl(int64_t channels, int64_t num_anchors, int64_t num_classes, const HeadConfig& config);
  /// @param features for each level [N, channels, H, W]
  Predictions forward(const Maps& features);

  /// @return for each level [N, A*K, H, W], as in forward()
  Maps logits(const Maps& features) { return classification_->forward(features); }

  /// The encoded boxes of some anchors alone, which is all that the box loss reads.
  /// @param features for each level [N, channels, H, W]
  /// @param anchors for each level ascending int64: rows of its [N*H*W*A] anchors, each once
  /// @return [P, 4], level by level, with gradients
  torch::Tensor deltas_at(const Maps& features, const std::vector<torch::Tensor>& anchors);

 private:
  int64_t num_anchors_;
  HeadTower classification_;
  HeadTower regression_;
};
TORCH_MODULE(Head);

}  // namespace rn
