#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "boxes/anchors.h"
#include "core/field.h"

namespace rn {

/// Whose numerics a model has: the defaults of many keys follow from it (see config/profiles.h).
enum class Profile { kModern, kTorchvisionV1, kTorchvisionV2, kDetectron2 };
constexpr auto enum_names(Profile) {
  using Entry = std::pair<Profile, std::string_view>;
  return std::array{
      Entry{Profile::kModern, "modern"}, Entry{Profile::kTorchvisionV1, "torchvision_v1"},
      Entry{Profile::kTorchvisionV2, "torchvision_v2"}, Entry{Profile::kDetectron2, "detectron2"}};
}

/// Pyramid levels P3..P7.
inline constexpr int64_t kNumLevels = 5;

/// Groups of every group norm. Wu and He 2018, table 3.
inline constexpr int64_t kNormGroups = 32;

/// What is added to a variance: torch's own default.
inline constexpr double kNormEps = 1e-5;

/// The normalisation after each convolution of the backbone.
enum class Norm { kFrozenBatchNorm, kBatchNorm, kGroupNorm };
constexpr auto enum_names(Norm) {
  using Entry = std::pair<Norm, std::string_view>;
  return std::array{Entry{Norm::kFrozenBatchNorm, "frozen_bn"}, Entry{Norm::kBatchNorm, "bn"},
                    Entry{Norm::kGroupNorm, "gn"}};
}

/// The normalisation in the heads' towers; group norm as in torchvision's v2 model.
enum class HeadNorm { kNone, kGroupNorm };
constexpr auto enum_names(HeadNorm) {
  using Entry = std::pair<HeadNorm, std::string_view>;
  return std::array{Entry{HeadNorm::kNone, "none"}, Entry{HeadNorm::kGroupNorm, "gn"}};
}

/// What P6's stride-2 convolution reads: C5 (torchvision v2, detectron2) or P5 (torchvision v1).
enum class P6Source { kC5, kP5 };
constexpr auto enum_names(P6Source) {
  using Entry = std::pair<P6Source, std::string_view>;
  return std::array{Entry{P6Source::kC5, "c5"}, Entry{P6Source::kP5, "p5"}};
}

/// Depths of He et al. 2015, table 1, and of Xie et al. 2017; names are torchvision's.
enum class BackboneName {
  kResNet18,
  kResNet34,
  kResNet50,
  kResNet101,
  kResNet152,
  kResNeXt50,
  kResNeXt101
};
constexpr auto enum_names(BackboneName) {
  using Entry = std::pair<BackboneName, std::string_view>;
  return std::array{Entry{BackboneName::kResNet18, "resnet18"},
                    Entry{BackboneName::kResNet34, "resnet34"},
                    Entry{BackboneName::kResNet50, "resnet50"},
                    Entry{BackboneName::kResNet101, "resnet101"},
                    Entry{BackboneName::kResNet152, "resnet152"},
                    Entry{BackboneName::kResNeXt50, "resnext50_32x4d"},
                    Entry{BackboneName::kResNeXt101, "resnext101_32x8d"}};
}

/// The network that makes C3, C4 and C5.
struct BackboneConfig {
  BackboneName name = BackboneName::kResNet50;
  Norm norm = Norm::kFrozenBatchNorm;
  double norm_eps = kNormEps;
  bool stride_in_1x1 = false;
  int64_t frozen_stages = 0;
  std::string weights;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("name", c.name, "network that makes C3, C4 and C5");
    v("norm", c.norm, "frozen_bn: fixed statistics and affine map; bn: batch norm; gn: group norm");
    v("norm_eps", c.norm_eps, Range{0, 1},
      "added to the norm's variance; torchvision's published COCO weights (v1) want 0");
    v("stride_in_1x1", c.stride_in_1x1,
      "bottlenecks have their stride in the first 1x1 convolution (detectron2's and Caffe's "
      "weights), not in the 3x3 (torchvision's)");
    v("frozen_stages", c.frozen_stages, Range{0, 5}, "1: the stem; 2: and layer1; ... 5: all");
    v("weights", c.weights,
      "file with backbone weights to start from (.safetensors, .pth, .pkl); empty: random");
  }
};

/// Feature pyramid P3..P7. Lin et al. 2017 (FPN), and RetinaNet's footnote 2.
struct FpnConfig {
  int64_t channels = 256;
  P6Source p6_from = P6Source::kC5;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("channels", c.channels, Range{1, 4096}, "width of every pyramid level");
    v("p6_from", c.p6_from, "the input of P6's convolution: c5 or p5");
  }
};

/// The classification and the box tower. Lin et al. 2017, section 4.
struct HeadConfig {
  int64_t num_convs = 4;
  HeadNorm norm = HeadNorm::kNone;
  double prior_probability = 0.01;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("num_convs", c.num_convs, Range{0, 16}, "3x3 convolutions in each tower");
    v("norm", c.norm, "norm after each tower convolution: none or gn");
    v("prior_probability", c.prior_probability, Range{1e-6, 0.5},
      "initial probability of an object (pi in Lin et al. 2017, section 4.1)");
  }
};

/// In what order the first convolution of a weight file reads the colours.
enum class PixelOrder { kAuto, kRgb, kBgr };
constexpr auto enum_names(PixelOrder) {
  using Entry = std::pair<PixelOrder, std::string_view>;
  return std::array{Entry{PixelOrder::kAuto, "auto"}, Entry{PixelOrder::kRgb, "rgb"},
                    Entry{PixelOrder::kBgr, "bgr"}};
}

/// What the whole model starts from, in training.
struct StartWeightsConfig {
  std::string file;
  bool partial = false;
  PixelOrder pixel_order = PixelOrder::kAuto;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("file", c.file,
      "file with the weights of a whole detector to start from (.safetensors, .pth, .pkl); empty: "
      "random");
    v("partial", c.partial,
      "take what fits by name and shape and leave the rest at its initial values, to fine-tune for "
      "other classes; false: everything must fit");
    v("pixel_order", c.pixel_order,
      "colours as the first convolution of that file, or of model.backbone.weights, reads them: "
      "rgb, bgr (it is turned round) or auto: as the file says; torchvision's are rgb, others bgr");
  }
};

/// All that the architecture follows from, but for the number of classes; kept in model files.
struct ModelConfig {
  Profile profile = Profile::kModern;
  BackboneConfig backbone;
  FpnConfig fpn;
  AnchorConfig anchors;
  HeadConfig head;
  StartWeightsConfig weights;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("profile", c.profile,
      "modern, or whose numerics to follow: torchvision_v1, torchvision_v2 or detectron2; it sets "
      "the defaults of other keys, see configs/README.md");
    v("backbone", c.backbone, "ResNet or ResNeXt");
    v("fpn", c.fpn, "feature pyramid P3..P7");
    v("anchors", c.anchors, "boxes that the heads refine");
    v("head", c.head, "classification and box towers, shared by the levels");
    v("weights", c.weights, "a detector to start from");
  }
};

/// What no field's range can say: a size for each level, channels that divide into groups.
/// @param source the file that the config is from
/// @throws Error naming source and key, the values found and expected
void check(const ModelConfig& config, const std::string& source = {});

}  // namespace rn
