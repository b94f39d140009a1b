#include "model/heads.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>

#include <cmath>

namespace rn {
namespace {

torch::nn::Conv2d make_head_conv(int64_t in_channels, int64_t out_channels, bool bias) {
  auto conv = make_conv(in_channels, out_channels, 3, /*stride=*/1, /*groups=*/1, bias);
  torch::nn::init::normal_(conv->weight, 0.0, 0.01);
  if (bias) torch::nn::init::zeros_(conv->bias);
  return conv;
}

}  // namespace

HeadTowerImpl::HeadTowerImpl(int64_t channels, int64_t out_channels, const std::string& output_name,
                             const HeadConfig& config) {
  const std::optional<Norm> norm =
      config.norm == HeadNorm::kGroupNorm ? std::optional(Norm::kGroupNorm) : std::nullopt;
  torch::nn::ModuleList tower;
  for (int64_t i = 0; i < config.num_convs; ++i) {
    layers_.emplace_back(make_head_conv(channels, channels, /*bias=*/!norm), norm);
    tower->push_back(layers_.back());
  }
  register_module("conv", tower);
  output_ = register_module(output_name, make_head_conv(channels, out_channels, /*bias=*/true));
}

torch::Tensor HeadTowerImpl::forward(const torch::Tensor& feature) {
  torch::Tensor x = feature;
  for (ConvNorm& layer : layers_) x = layer->forward(x).relu_();
  return output_->forward(x);
}

HeadImpl::HeadImpl(int64_t channels, int64_t num_anchors, int64_t num_classes,
                   const HeadConfig& config)
    : classification_(
          register_module("classification_head",
                          HeadTower(channels, num_anchors * num_classes, "cls_logits", config))),
      regression_(register_module("regression_head",
                                  HeadTower(channels, num_anchors * 4, "bbox_reg", config))) {
  const double prior = config.prior_probability;
  torch::nn::init::constant_(classification_->output()->bias, -std::log((1 - prior) / prior));
}

LevelPredictions HeadImpl::forward(const torch::Tensor& feature) {
  return {classification_->forward(feature), regression_->forward(feature)};
}

}  // namespace rn
