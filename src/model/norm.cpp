#include "model/norm.h"

#include "core/error.h"
#include "model/channels_last_norm.h"
#include "model/prepared_weights.h"

namespace rn {
namespace {

constexpr double kMomentum = 0.1;

}  // namespace

ChannelNormImpl::ChannelNormImpl(Norm kind, int64_t channels, double eps) : kind_(kind), eps_(eps) {
  RN_CHECK(kind != Norm::kGroupNorm || channels % kNormGroups == 0, "{} channels", channels);
  const torch::Tensor weight = torch::ones({channels});
  const torch::Tensor bias = torch::zeros({channels});
  const bool frozen = kind == Norm::kFrozenBatchNorm;
  weight_ = frozen ? register_buffer("weight", weight) : register_parameter("weight", weight);
  bias_ = frozen ? register_buffer("bias", bias) : register_parameter("bias", bias);
  if (kind == Norm::kGroupNorm) return;
  running_mean_ = register_buffer("running_mean", torch::zeros({channels}));
  running_var_ = register_buffer("running_var", torch::ones({channels}));
  if (frozen) return;
  num_batches_tracked_ =
      register_buffer("num_batches_tracked", torch::zeros({}, torch::dtype(torch::kInt64)));
}

bool ChannelNormImpl::is_affine() const {
  return kind_ == Norm::kFrozenBatchNorm || (kind_ == Norm::kBatchNorm && !is_training());
}

ChannelNormImpl::Affine ChannelNormImpl::affine() const {
  RN_CHECK(is_affine(), "norm {}", enum_name(kind_));
  const torch::Tensor scale = weight_ * (running_var_ + eps_).rsqrt();
  return {scale, bias_ - running_mean_ * scale};
}

torch::Tensor ChannelNormImpl::forward(const torch::Tensor& x) {
  if (kind_ == Norm::kGroupNorm) {
    return rn::group_norm(x, kNormGroups, weight_, bias_, eps_);
  }
  if (is_affine()) {
    const auto [scale, shift] = affine();
    const auto per_channel = [&](const torch::Tensor& t) {
      return t.to(x.scalar_type()).reshape({1, -1, 1, 1});
    };
    return x * per_channel(scale) + per_channel(shift);
  }
  num_batches_tracked_.add_(1);
  return rn::batch_norm(x, weight_, bias_, {running_mean_, running_var_, kMomentum}, eps_);
}

Maps conv_norm(const torch::nn::Conv2d& conv, ChannelNorm& norm, const Maps& maps) {
  if (!norm->is_affine()) {
    Maps results = convolve(conv, maps);
    for (torch::Tensor& map : results) map = norm->forward(map);
    return results;
  }
  const auto weight = PreparedWeights::get(conv->weight, Preparation::kFolded, [&] {
    return conv->weight * norm->affine().scale.reshape({-1, 1, 1, 1});
  });
  const auto shift = PreparedWeights::get(conv->weight, Preparation::kShift, [&] {
    const auto affine = norm->affine();
    return conv->bias.defined() ? affine.shift + conv->bias * affine.scale : affine.shift;
  });
  return convolve(conv, maps, weight, shift);
}

torch::Tensor conv_norm(const torch::nn::Conv2d& conv, ChannelNorm& norm,
                        const torch::Tensor& map) {
  return conv_norm(conv, norm, Maps{map})[0];
}

ConvNormImpl::ConvNormImpl(torch::nn::Conv2d conv, std::optional<Norm> norm, double eps)
    : conv_(register_module("0", std::move(conv))) {
  if (!norm) return;
  norm_ = register_module("1", ChannelNorm(*norm, conv_->options.out_channels(), eps));
}

Maps ConvNormImpl::forward(const Maps& maps) {
  return norm_ ? conv_norm(conv_, norm_, maps) : convolve(conv_, maps);
}

}  // namespace rn
