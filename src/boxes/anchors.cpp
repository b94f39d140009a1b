#include "boxes/anchors.h"

#include <cmath>
#include <utility>

#include "core/error.h"

namespace rn {
namespace {

constexpr double kFirstStride = 8;  // P3

/// Half the width and height of an anchor of area (size * scale)^2.
std::pair<double, double> half_sides(double size, double scale, double ratio) {
  return {size * scale / std::sqrt(ratio) / 2, size * scale * std::sqrt(ratio) / 2};
}

/// The same as torchvision's operations round it. It rounds -w / 2 and w / 2, which agree: halves
/// go to even on both sides.
std::pair<double, double> half_sides_torchvision(double size, double scale, double ratio) {
  const auto side = static_cast<float>(std::trunc(size * scale));
  const float height_ratio = std::sqrt(static_cast<float>(ratio));
  const float width_ratio = 1.0F / height_ratio;
  return {std::nearbyint(width_ratio * side / 2), std::nearbyint(height_ratio * side / 2)};
}

torch::Tensor cell_anchors(double size, const AnchorConfig& config) {
  const auto half =
      config.rounding == AnchorRounding::kTorchvision ? half_sides_torchvision : half_sides;
  std::vector<double> corners;
  for (const double ratio : config.aspect_ratios) {
    for (const double scale : config.scales) {
      const auto [half_width, half_height] = half(size, scale, ratio);
      corners.insert(corners.end(), {-half_width, -half_height, half_width, half_height});
    }
  }
  return torch::tensor(corners, torch::kFloat64).view({-1, 4});
}

}  // namespace

CellStride cell_stride(AnchorStride kind, size_t level, const ImageSize& feature,
                       const ImageSize& batch) {
  const double nominal = std::ldexp(kFirstStride, static_cast<int>(level));
  if (kind == AnchorStride::kNominal) return {nominal, nominal};
  RN_CHECK(feature.width > 0 && feature.height > 0, "level {} has no cells", level);
  return {static_cast<double>(batch.width / feature.width),
          static_cast<double>(batch.height / feature.height)};
}

AnchorGenerator::AnchorGenerator(AnchorConfig config) : config_(std::move(config)) {
  const auto check = [](const std::vector<double>& list, const char* name) {
    if (list.empty()) {
      fail("model.anchors.{}: found an empty list, expected at least one number", name);
    }
  };
  check(config_.sizes, "sizes");
  check(config_.scales, "scales");
  check(config_.aspect_ratios, "aspect_ratios");
  for (const double size : config_.sizes) cell_anchors_.push_back(cell_anchors(size, config_));
}

int64_t AnchorGenerator::num_anchors() const {
  return static_cast<int64_t>(config_.scales.size() * config_.aspect_ratios.size());
}

int64_t AnchorGenerator::num_levels() const { return static_cast<int64_t>(cell_anchors_.size()); }

std::vector<torch::Tensor> AnchorGenerator::operator()(const std::vector<ImageSize>& feature_sizes,
                                                       const ImageSize& batch_size,
                                                       torch::Device device) const {
  RN_CHECK(feature_sizes.size() == cell_anchors_.size(), "{} feature maps, {} anchor sizes",
           feature_sizes.size(), cell_anchors_.size());
  std::vector<torch::Tensor> levels;
  for (size_t level = 0; level < feature_sizes.size(); ++level) {
    const auto [height, width] = feature_sizes[level];
    const CellStride stride = cell_stride(config_.stride, level, feature_sizes[level], batch_size);
    // In double, rounded once: a float sum would round twice on large pictures.
    const auto x = (torch::arange(width, torch::kFloat64) * stride.x).view({1, width, 1});
    const auto y = (torch::arange(height, torch::kFloat64) * stride.y).view({height, 1, 1});
    const auto& cell = cell_anchors_[level];
    const auto shape = std::vector<int64_t>{height, width, num_anchors()};
    levels.push_back(
        torch::stack({(x + cell.select(1, 0)).expand(shape), (y + cell.select(1, 1)).expand(shape),
                      (x + cell.select(1, 2)).expand(shape), (y + cell.select(1, 3)).expand(shape)},
                     -1)
            .view({-1, 4})
            .to(device, torch::kFloat32));
  }
  return levels;
}

AnchorCache::AnchorCache(AnchorConfig config, torch::Device device)
    : generator_(std::move(config)), device_(device) {}

const std::vector<torch::Tensor>& AnchorCache::operator()(const Predictions& predictions,
                                                          const torch::Tensor& images) {
  std::vector<torch::Tensor> maps;
  for (const LevelPredictions& level : predictions) maps.push_back(level.logits);
  return (*this)(maps, images);
}

const std::vector<torch::Tensor>& AnchorCache::operator()(const std::vector<torch::Tensor>& maps,
                                                          const torch::Tensor& images) {
  const ImageSize batch_size{images.size(2), images.size(3)};
  std::vector<ImageSize> sizes;
  for (const torch::Tensor& map : maps) sizes.push_back({map.size(-2), map.size(-1)});
  if (sizes != feature_sizes_ || batch_size != batch_size_) {
    anchors_ = generator_(sizes, batch_size, device_);
    batch_size_ = batch_size;
    feature_sizes_ = std::move(sizes);
  }
  return anchors_;
}

}  // namespace rn
