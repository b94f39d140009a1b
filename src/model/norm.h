#pragma once

#include <optional>

#include "model/config.h"
#include "model/convolution.h"

namespace rn {

/// Normalises the channels of a convolution's output. Registered as torch's own modules are:
/// frozen_bn: buffers weight, bias, running_mean, running_var; bn: parameters weight and bias,
/// buffers running_mean, running_var and num_batches_tracked; gn: parameters weight and bias.
class ChannelNormImpl : public torch::nn::Module {
 public:
  /// weight 1, bias 0. @pre gn: `channels` is a multiple of kNormGroups
  ChannelNormImpl(Norm kind, int64_t channels, double eps = kNormEps);

  /// @param x [N, C, H, W] float32 or, under autocast, the low precision; kept in the result
  torch::Tensor forward(const torch::Tensor& x);

  /// True where the layer is a fixed affine map per channel: a frozen batch norm always, a batch
  /// norm in eval mode.
  bool is_affine() const;

  /// The affine map y = x * scale + shift, each [C]. @pre is_affine()
  struct Affine {
    torch::Tensor scale;
    torch::Tensor shift;
  };
  Affine affine() const;

 private:
  Norm kind_;
  double eps_;
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor running_mean_;
  torch::Tensor running_var_;
  torch::Tensor num_batches_tracked_;
};
TORCH_MODULE(ChannelNorm);

/// norm(conv(map)) for each. Where the norm is an affine map it is folded into the convolution:
/// weight * scale and bias = shift, so that no pass over the activations remains; gradients reach
/// the weight.
/// @param conv made by make_conv
Maps conv_norm(const torch::nn::Conv2d& conv, ChannelNorm& norm, const Maps& maps);
torch::Tensor conv_norm(const torch::nn::Conv2d& conv, ChannelNorm& norm, const torch::Tensor& map);

/// A convolution registered as "0" and, if there is one, its norm as "1".
class ConvNormImpl : public torch::nn::Module {
 public:
  ConvNormImpl(torch::nn::Conv2d conv, std::optional<Norm> norm, double eps = kNormEps);
  Maps forward(const Maps& maps);
  torch::Tensor forward(const torch::Tensor& map) { return forward(Maps{map})[0]; }

  torch::nn::Conv2d& conv() { return conv_; }
  bool has_norm() const { return !norm_.is_empty(); }

 private:
  torch::nn::Conv2d conv_;
  ChannelNorm norm_{nullptr};
};
TORCH_MODULE(ConvNorm);

}  // namespace rn
