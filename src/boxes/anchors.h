#pragma once

#include <torch/types.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "boxes/predictions.h"
#include "core/field.h"
#include "core/image_size.h"

namespace rn {

/// The corners of a cell's anchors. torchvision: size * scale is cut to an integer (40 for 40.3),
/// corners are computed in float32 and rounded, halves to even.
enum class AnchorRounding { kNone, kTorchvision };
constexpr auto enum_names(AnchorRounding) {
  using Entry = std::pair<AnchorRounding, std::string_view>;
  return std::array{Entry{AnchorRounding::kNone, "none"},
                    Entry{AnchorRounding::kTorchvision, "torchvision"}};
}

/// The distance of the cells. nominal: 8, 16, 32, 64, 128; padded: the side of the padded batch
/// divided by the cells of the level, rounded down, as in torchvision: P6 and P7 of 800 x 1344 have
/// (61, 64) and (114, 122).
enum class AnchorStride { kNominal, kPadded };
constexpr auto enum_names(AnchorStride) {
  using Entry = std::pair<AnchorStride, std::string_view>;
  return std::array{Entry{AnchorStride::kNominal, "nominal"},
                    Entry{AnchorStride::kPadded, "padded"}};
}

/// The distance of a level's cells, in pixels.
struct CellStride {
  double x, y;
};

/// @param level 0 for P3 @param feature cells of the level @param batch size of the network's input
CellStride cell_stride(AnchorStride kind, size_t level, const ImageSize& feature,
                       const ImageSize& batch);

struct AnchorConfig {
  std::vector<double> sizes = {32, 64, 128, 256, 512};  ///< P3..P7
  std::vector<double> scales = {1.0, 1.2599210498948732, 1.5874010519681994};
  std::vector<double> aspect_ratios = {0.5, 1.0, 2.0};
  AnchorRounding rounding = AnchorRounding::kNone;
  AnchorStride stride = AnchorStride::kNominal;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("sizes", c.sizes, Range{1, 1e5}, "side of a level's base anchor in pixels, P3 first");
    v("scales", c.scales, Range{1e-3, 1e3}, "factors of the side within a level");
    v("aspect_ratios", c.aspect_ratios, Range{1e-3, 1e3}, "height / width");
    v("rounding", c.rounding, "none, or torchvision: whole sizes and whole corners");
    v("stride", c.stride, "nominal: 8 to 128; padded: the batch's side / cells, as torchvision's");
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

  /// @param feature_sizes one for each level, P3 first
  /// @param batch_size of the network's input, padding included
  /// @return for each level [H*W*A, 4] float32 xyxy, cells row by row, centred on x*stride,
  /// y*stride; level l has the nominal stride 8 * 2^l
  std::vector<torch::Tensor> operator()(const std::vector<ImageSize>& feature_sizes,
                                        const ImageSize& batch_size,
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

  /// @param images [N, 3, H, W] that the predictions are of
  /// @return for each level [H*W*A, 4]; good until the next call
  const std::vector<torch::Tensor>& operator()(const Predictions& predictions,
                                               const torch::Tensor& images);

  /// @param maps [..., H, W] of each level
  const std::vector<torch::Tensor>& operator()(const std::vector<torch::Tensor>& maps,
                                               const torch::Tensor& images);

 private:
  AnchorGenerator generator_;
  torch::Device device_;
  ImageSize batch_size_;
  std::vector<ImageSize> feature_sizes_;
  std::vector<torch::Tensor> anchors_;
};

}  // namespace rn
