#include "boxes/anchors.h"

#include <cmath>
#include <utility>

#include "core/error.h"

namespace rn {
namespace {

constexpr double kFirstStride = 8;  // P3

torch::Tensor cell_anchors(double size, const AnchorConfig& config) {
  std::vector<double> corners;
  for (const double ratio : config.aspect_ratios) {
    for (const double scale : config.scales) {
      const double half_width = size * scale / std::sqrt(ratio) / 2;
      const double half_height = size * scale * std::sqrt(ratio) / 2;
      corners.insert(corners.end(), {-half_width, -half_height, half_width, half_height});
    }
  }
  return torch::tensor(corners, torch::kFloat64).view({-1, 4});
}

}  // namespace

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
                                                       torch::Device device) const {
  RN_CHECK(feature_sizes.size() == cell_anchors_.size(), "{} feature maps, {} anchor sizes",
           feature_sizes.size(), cell_anchors_.size());
  std::vector<torch::Tensor> levels;
  double stride = kFirstStride;
  for (size_t level = 0; level < feature_sizes.size(); ++level, stride *= 2) {
    const auto [width, height] = std::pair(feature_sizes[level].width, feature_sizes[level].height);
    // In double, rounded once: a float sum would round twice on large pictures.
    const auto x = (torch::arange(width, torch::kFloat64) * stride).view({1, width, 1});
    const auto y = (torch::arange(height, torch::kFloat64) * stride).view({height, 1, 1});
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

const std::vector<torch::Tensor>& AnchorCache::operator()(const Predictions& predictions) {
  std::vector<ImageSize> sizes;
  for (const LevelPredictions& level : predictions) {
    sizes.push_back({level.logits.size(2), level.logits.size(3)});
  }
  if (sizes != feature_sizes_) {
    anchors_ = generator_(sizes, device_);
    feature_sizes_ = std::move(sizes);
  }
  return anchors_;
}

}  // namespace rn
