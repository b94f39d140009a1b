#pragma once

#include <torch/nn.h>

#include "boxes/predictions.h"
#include "model/config.h"

namespace rn {

/// RetinaNet: ResNet -> FPN -> shared heads. Lin et al. 2017, section 4. Registered names are
/// torchvision's (`backbone.body.*`, `backbone.fpn.*`, `head.*`) and are a file format.
class RetinaNetImpl : public torch::nn::Module {
 public:
  RetinaNetImpl(const ModelConfig& config, int64_t num_classes);

  /// @param images [N, 3, H, W] normalised; H and W of any size
  /// @return P3..P7, level l of ceil(size / (8 * 2^l)) cells
  Predictions forward(const torch::Tensor& images);
};
TORCH_MODULE(RetinaNet);

}  // namespace rn
