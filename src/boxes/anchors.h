#pragma once

#include <torch/types.h>

#include <vector>

#include "boxes/predictions.h"
#include "core/field.h"
#include "core/image_size.h"

namespace rn {

struct AnchorConfig {
  std::vector<double> sizes = {32, 64, 128, 256, 512};  ///< P3..P7
  std::vector<double> scales = {1.0, 1.2599210498948732, 1.5874010519681994};
  std::vector<double> aspect_ratios = {0.5, 1.0, 2.0};
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("sizes", c.sizes, Range{1, 1e5}, "side of a level's base anchor in pixels, P3 first");
    v("scales", c.scales, Range{1e-3, 1e3}, "factors of the side within a level");
    v("aspect_ratios", c.aspect_ratios, Range{1e-3, 1e3}, "height / width");
  }
};

/// Anchors of every cell of every level. Lin et al. 2017, section 4; the order within a cell is
/// torchvision's: ratios outside, scales inside.
class AnchorGenerator {
 public:
  /// @throws Error if a list is empty
  explicit AnchorGenerator(AnchorConfig config);

  /// A: anchors per location, the same on every level.
  int64_t num_anchors() const;
  int64_t num_levels() const;

  /// @param feature_sizes one for each level, P3 first; level l has stride 8 * 2^l
  /// @return for each level [H*W*A, 4] float32 xyxy, cells row by row, centred on x*stride,
  /// y*stride
  std::vector<torch::Tensor> operator()(const std::vector<ImageSize>& feature_sizes,
                                        torch::Device device = torch::kCPU) const;

 private:
  AnchorConfig config_;
  std::vector<torch::Tensor> cell_anchors_;  ///< per level [A, 4], around the origin
};

/// The anchors that belong to a network's predictions; made anew only when the size of the batch's
/// pictures changes.
class AnchorCache {
 public:
  AnchorCache(AnchorConfig config, torch::Device device);

  /// @return for each level [H*W*A, 4]; good until the next call
  const std::vector<torch::Tensor>& operator()(const Predictions& predictions);

 private:
  AnchorGenerator generator_;
  torch::Device device_;
  std::vector<ImageSize> feature_sizes_;
  std::vector<torch::Tensor> anchors_;
};

}  // namespace rn
