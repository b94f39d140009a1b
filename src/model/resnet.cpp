#include "model/resnet.h"

#include <torch/nn/init.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "model/norm.h"

namespace rn {
namespace {

/// What tells one network of the family from another.
struct Architecture {
  std::array<int64_t, 4> blocks;
  bool bottleneck;
  int64_t groups = 1;
  int64_t width_per_group = 64;
};

/// How a block's output is normalised and where its stride is.
struct BlockStyle {
  Norm norm;
  double norm_eps;
  bool stride_in_1x1;
};

Architecture architecture_of(BackboneName name) {
  switch (name) {
    case BackboneName::kResNet18:
      return {{2, 2, 2, 2}, false};
    case BackboneName::kResNet34:
      return {{3, 4, 6, 3}, false};
    case BackboneName::kResNet50:
      return {{3, 4, 6, 3}, true};
    case BackboneName::kResNet101:
      return {{3, 4, 23, 3}, true};
    case BackboneName::kResNet152:
      return {{3, 8, 36, 3}, true};
    case BackboneName::kResNeXt50:
      return {{3, 4, 6, 3}, true, 32, 4};
    case BackboneName::kResNeXt101:
      return {{3, 4, 23, 3}, true, 32, 8};
  }
  RN_CHECK(false, "backbone {}", static_cast<int>(name));
  return {};
}

/// A residual block: two 3x3 convolutions, or 1x1, 3x3, 1x1.
class ResidualBlockImpl : public torch::nn::Module {
 public:
  ResidualBlockImpl(const Architecture& architecture, const BlockStyle& style, int64_t in_channels,
                    int64_t planes, int64_t stride) {
    int64_t out_channels = planes;
    if (architecture.bottleneck) {
      // ResNeXt: the 3x3 has `groups` groups, of width_per_group channels in layer1.
      const int64_t width = planes * architecture.width_per_group / 64 * architecture.groups;
      out_channels = 4 * planes;
      const int64_t stride_1x1 = style.stride_in_1x1 ? stride : 1;
      add(make_conv(in_channels, width, 1, stride_1x1), style);
      add(make_conv(width, width, 3, stride / stride_1x1, architecture.groups), style);
      add(make_conv(width, out_channels, 1), style);
    } else {
      add(make_conv(in_channels, planes, 3, stride), style);
      add(make_conv(planes, planes, 3), style);
    }
    if (stride != 1 || in_channels != out_channels) {
      downsample_ = register_module(
          "downsample",
          ConvNorm(make_conv(in_channels, out_channels, 1, stride), style.norm, style.norm_eps));
    }
  }

  torch::Tensor forward(const torch::Tensor& x) {
    torch::Tensor out = x;
    for (size_t i = 0; i < convs_.size(); ++i) {
      if (i > 0) out.relu_();
      out = conv_norm(convs_[i], norms_[i], out);
    }
    // In place: neither a convolution nor a norm keeps its output for the backward pass.
    return out.add_(downsample_ ? downsample_->forward(x) : x).relu_();
  }

 private:
  void add(torch::nn::Conv2d conv, const BlockStyle& style) {
    const std::string number = std::to_string(convs_.size() + 1);
    const int64_t channels = conv->options.out_channels();
    convs_.push_back(register_module("conv" + number, std::move(conv)));
    norms_.push_back(
        register_module("bn" + number, ChannelNorm(style.norm, channels, style.norm_eps)));
  }

  std::vector<torch::nn::Conv2d> convs_;
  std::vector<ChannelNorm> norms_;
  ConvNorm downsample_{nullptr};
};
TORCH_MODULE(ResidualBlock);

void freeze(torch::nn::Module& module) {
  for (torch::Tensor& parameter : module.parameters()) parameter.set_requires_grad(false);
  module.eval();
}

}  // namespace

ResNetImpl::ResNetImpl(const BackboneConfig& config) : frozen_stages_(config.frozen_stages) {
  const Architecture architecture = architecture_of(config.name);
  const BlockStyle style{config.norm, config.norm_eps, config.stride_in_1x1};
  int64_t in_channels = 64;
  conv1_ = register_module("conv1", make_conv(3, in_channels, 7, /*stride=*/2));
  norm1_ = register_module("bn1", ChannelNorm(config.norm, in_channels, config.norm_eps));
  for (size_t l = 0; l < layers_.size(); ++l) {
    const int64_t planes = int64_t{64} << l;
    const int64_t out_channels = architecture.bottleneck ? 4 * planes : planes;
    torch::nn::Sequential blocks;
    for (int64_t i = 0; i < architecture.blocks[l]; ++i) {
      const int64_t stride = l > 0 && i == 0 ? 2 : 1;
      blocks->push_back(ResidualBlock(architecture, style, in_channels, planes, stride));
      in_channels = out_channels;
    }
    layers_[l] = register_module("layer" + std::to_string(l + 1), std::move(blocks));
    if (l > 0) channels_[l - 1] = out_channels;
  }
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* conv = module->as<torch::nn::Conv2d>()) {
      torch::nn::init::kaiming_normal_(conv->weight, 0, torch::kFanOut, torch::kReLU);
    }
  }
  freeze_stages();
}

std::array<torch::Tensor, 3> ResNetImpl::forward(const torch::Tensor& images) {
  torch::Tensor x = conv_norm(conv1_, norm1_, images).relu_();
  x = torch::max_pool2d(x, /*kernel_size=*/3, /*stride=*/2, /*padding=*/1);
  const torch::Tensor c2 = layers_[0]->forward(x);
  const torch::Tensor c3 = layers_[1]->forward(c2);
  const torch::Tensor c4 = layers_[2]->forward(c3);
  return {c3, c4, layers_[3]->forward(c4)};
}

void ResNetImpl::train(bool on) {
  torch::nn::Module::train(on);
  if (on) freeze_stages();
}

void ResNetImpl::freeze_stages() {
  if (frozen_stages_ == 0) return;
  freeze(*conv1_);
  freeze(*norm1_);
  for (int64_t l = 0; l + 1 < frozen_stages_; ++l) freeze(*layers_[l]);
}

}  // namespace rn
