#pragma once

#include <torch/nn/pimpl.h>

#include "boxes/predictions.h"
#include "model/config.h"
#include "model/fpn.h"
#include "model/heads.h"
#include "model/resnet.h"

namespace rn {

/// RetinaNet: ResNet -> FPN -> shared heads. Lin et al. 2017, section 4. Registered names are
/// torchvision's (`backbone.body.*`, `backbone.fpn.*`, `head.*`) and are a file format.
///
/// Initial values are drawn from torch's default CPU generator: the same torch::manual_seed before
/// the constructor gives the same model. Parameters are float32 and channels-last.
class RetinaNetImpl : public torch::nn::Module {
 public:
  /// The weight files that the config names aren't read here: see load_start_weights.
  /// @throws Error naming the config key if a value can't be built (group norm's channels, levels)
  RetinaNetImpl(const ModelConfig& config, int64_t num_classes);

  /// @param images [N, 3, H, W] normalised; H and W of any size; channels-last is quickest
  /// @return P3..P7, level l of ceil(size / (8 * 2^l)) cells. Under an AutocastScope they are of
  /// its low precision; parameters stay float32.
  Predictions forward(const torch::Tensor& images);

  /// The two halves of forward(), for a caller that doesn't need all boxes.
  /// @return P3..P7 [N, C, H, W]
  std::vector<torch::Tensor> features(const torch::Tensor& images);
  Head& head() { return head_; }

  const ModelConfig& config() const { return config_; }
  int64_t num_classes() const { return num_classes_; }
  /// `backbone.body`
  ResNet& body() { return body_; }

 private:
  ModelConfig config_;
  int64_t num_classes_;
  ResNet body_{nullptr};
  Fpn fpn_{nullptr};
  Head head_{nullptr};
};
TORCH_MODULE(RetinaNet);

}  // namespace rn
