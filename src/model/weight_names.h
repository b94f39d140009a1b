#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/state_dict.h"
#include "model/weight_file.h"

namespace rn {

/// Whose names and layout a weight file has.
enum class WeightNames {
  kTorchvision,         ///< a RetinaNet of torchvision's, of any version: our own names
  kTorchvisionResNet,   ///< a classifier of torchvision's: a ResNet and `fc`
  kDetectron2,          ///< a RetinaNet of detectron2's
  kDetectron2Backbone,  ///< an ImageNet backbone of detectron2's that came from torchvision
  kCaffe2Backbone,      ///< an ImageNet backbone of Detectron's (`conv1_w`): MSRA's ResNets
};

/// "a detectron2 RetinaNet" and so on.
std::string description(WeightNames names);

/// What another system's model reads.
struct PixelFormat {
  bool is_bgr = true;
  bool is_assumed = false;   ///< neither the file nor the config says so
  std::vector<double> mean;  ///< RGB, of pixels in 0..1 as data.mean
  std::vector<double> std;   ///< likewise
};

/// Weights under the names that RetinaNet registers, as it stores them.
struct OwnWeights {
  StateDict tensors;  ///< share memory with the file's where they could stay as they are
  WeightNames names = WeightNames::kTorchvision;
  std::optional<PixelFormat> pixels;  ///< none: our own, which the config of the file goes with
  bool has_heads() const {
    return names == WeightNames::kTorchvision || names == WeightNames::kDetectron2;
  }
};

/// Renames and, where another system stores the same weights otherwise, rearranges:
///  - torchvision before 0.14: tower convolutions `conv.{0,2,4,6}`, pyramid `inner_blocks.{i}`
///  - detectron2: `backbone.bottom_up.res2.0.conv1.norm` and so on; the anchors of a cell go by
///    scale, then ratio (here by ratio, then scale), in both output convolutions; the first
///    convolution reads BGR unless model.weights.pixel_order, `pixel_mean` or `__author__` say RGB;
///    norms without statistics are affine maps, which mean 0 and variance 1 - norm_eps make them
///  - Caffe2: `res2_0_branch2a_w`, `_bn_s` and `_bn_b`, or `_bn_gamma`, `_bn_beta` and statistics
/// The classifier's last layer and what a detectron2 model keeps besides weights are left out; all
/// other names are kept, known or not, for the caller to judge.
/// @param source names the file in errors
/// @throws Error if the names are none of these, or two become one
OwnWeights to_own_names(const WeightFile& file, const ModelConfig& config,
                        const std::string& source);

}  // namespace rn
