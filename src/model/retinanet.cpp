#include "model/retinanet.h"

#include <memory>

#include "core/error.h"

namespace rn {
namespace {

const ModelConfig& checked(const ModelConfig& config) {
  check(config);
  return config;
}

/// Convolution weights in the layout of the activations; otherwise each step would convert them.
void make_channels_last(torch::nn::Module& module) {
  for (torch::Tensor& parameter : module.parameters()) {
    if (parameter.dim() != 4) continue;
    parameter.set_data(parameter.detach().contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

}  // namespace

RetinaNetImpl::RetinaNetImpl(const ModelConfig& config, int64_t num_classes)
    : config_(checked(config)),
      num_classes_(num_classes),
      body_(config.backbone),
      fpn_(body_->channels(), config.fpn),
      head_(config.fpn.channels, AnchorGenerator(config.anchors).num_anchors(), num_classes,
            config.head) {
  RN_CHECK(num_classes > 0, "{} classes", num_classes);
  const auto backbone = register_module("backbone", std::make_shared<torch::nn::Module>());
  backbone->register_module("body", body_);
  backbone->register_module("fpn", fpn_);
  register_module("head", head_);
  make_channels_last(*this);
}

std::vector<torch::Tensor> RetinaNetImpl::features(const torch::Tensor& images) {
  RN_CHECK(images.dim() == 4 && images.size(1) == 3, "images have {} dimensions", images.dim());
  return fpn_->forward(body_->forward(images.contiguous(torch::MemoryFormat::ChannelsLast)));
}

Predictions RetinaNetImpl::forward(const torch::Tensor& images) {
  return head_->forward(features(images));
}

}  // namespace rn
