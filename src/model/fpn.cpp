#include "model/fpn.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>

#include <memory>

#include "core/torch_compat.h"

namespace rn {
namespace {

torch::nn::Conv2d make_fpn_conv(int64_t in_channels, int64_t out_channels, int64_t kernel_size,
                                int64_t stride = 1) {
  auto conv =
      make_conv(in_channels, out_channels, kernel_size, stride, /*groups=*/1, /*bias=*/true);
  torch::nn::init::kaiming_uniform_(conv->weight, /*a=*/1);
  torch::nn::init::zeros_(conv->bias);
  return conv;
}

torch::nn::ModuleList list_of(const std::array<ConvNorm, 3>& modules) {
  torch::nn::ModuleList list;
  for (const ConvNorm& module : modules) list->push_back(module);
  return list;
}

/// lateral + coarse, nearest-neighbour upsampled to the lateral's size; written over the lateral,
/// which a convolution's backward pass doesn't need.
torch::Tensor add_upsampled(torch::Tensor lateral, const torch::Tensor& coarse) {
  const NoAutocastScope keep_dtype;  // autocast on the CPU upsamples in float32
  const int64_t height = lateral.size(2), width = lateral.size(3);
  return lateral.add_(torch::upsample_nearest2d(coarse, {height, width}));
}

/// A second column of zeros, which the padding is anyway, where there is only one: the result is
/// the same, but oneDNN (LibTorch 1.13, bf16) leaves the weight gradient of a 3x3 convolution of
/// stride 2 partly unwritten for an input that is one cell wide.
torch::Tensor two_wide(const torch::Tensor& x) {
  return x.size(3) > 1 ? x : torch::constant_pad_nd(x, {0, 1});
}

}  // namespace

FpnImpl::FpnImpl(const std::array<int64_t, 3>& in_channels, const FpnConfig& config)
    : p6_from_(config.p6_from) {
  for (size_t i = 0; i < in_channels.size(); ++i) {
    inner_[i] = ConvNorm(make_fpn_conv(in_channels[i], config.channels, 1), std::nullopt);
    outer_[i] = ConvNorm(make_fpn_conv(config.channels, config.channels, 3), std::nullopt);
  }
  register_module("inner_blocks", list_of(inner_));
  register_module("layer_blocks", list_of(outer_));
  const int64_t p6_in = p6_from_ == P6Source::kC5 ? in_channels[2] : config.channels;
  p6_ = make_fpn_conv(p6_in, config.channels, 3, /*stride=*/2);
  p7_ = make_fpn_conv(config.channels, config.channels, 3, /*stride=*/2);
  const auto extra = register_module("extra_blocks", std::make_shared<torch::nn::Module>());
  extra->register_module("p6", p6_);
  extra->register_module("p7", p7_);
}

std::vector<torch::Tensor> FpnImpl::forward(const std::array<torch::Tensor, 3>& features) {
  std::vector<torch::Tensor> levels(3);
  torch::Tensor top_down;
  for (size_t i = features.size(); i-- > 0;) {
    torch::Tensor lateral = inner_[i]->forward(features[i]);
    top_down = top_down.defined() ? add_upsampled(lateral, top_down) : lateral;
    levels[i] = outer_[i]->forward(top_down);
  }
  levels.push_back(convolve(p6_, two_wide(p6_from_ == P6Source::kC5 ? features[2] : levels[2])));
  levels.push_back(convolve(p7_, two_wide(torch::relu(levels[3]))));
  return levels;
}

}  // namespace rn
