#include "model/channels_last_norm.h"

#include <torch/autograd.h>

#include "core/torch_compat.h"
#include "model/norm_kernel.h"

namespace rn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// One group for each channel, over all images: batch norm.
constexpr int64_t kBatchNorm = 0;

NormSizes sizes_of(const torch::Tensor& x, int64_t groups) {
  const int64_t images = x.size(0), pixels = x.size(2) * x.size(3), channels = x.size(1);
  if (groups == kBatchNorm) return {1, images * pixels, channels, channels};
  return {images, pixels, channels, groups};
}

/// Calls body(T{}) with x's scalar type.
template <class Body>
void with_scalar_type(const torch::Tensor& x, Body&& body) {
  if (x.scalar_type() == torch::kBFloat16) {
    body(c10::BFloat16{});
  } else if (x.scalar_type() == torch::kFloat64) {
    body(double{});
  } else {
    body(float{});
  }
}

bool has_kernel(const torch::Tensor& x, const torch::Tensor& weight) {
  const auto dtype = x.scalar_type();
  const auto weight_dtype = dtype == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  return x.device().is_cpu() && x.numel() > 0 && weight.scalar_type() == weight_dtype &&
         weight.is_contiguous() &&
         (dtype == torch::kFloat32 || dtype == torch::kFloat64 || dtype == torch::kBFloat16);
}

/// y, mean and variance; the last two [N, groups] or, of a batch norm, [1, C], double, without
/// gradient. y is no view: in-place activations of a view would make autograd copy it all.
class ChannelsLastNorm : public torch::autograd::Function<ChannelsLastNorm> {
 public:
  static tensor_list forward(AutogradContext* context, const torch::Tensor& x, int64_t groups,
                             const torch::Tensor& weight, const torch::Tensor& bias, double eps) {
    const NoAutocastScope keep_dtype;
    torch::Tensor y = torch::empty_like(x);
    const NormSizes sizes = sizes_of(x, groups);
    const torch::Tensor mean = torch::empty({sizes.images, sizes.groups}, torch::kFloat64);
    const torch::Tensor variance = torch::empty_like(mean);
    with_scalar_type(x, [&](auto scalar) {
      using T = decltype(scalar);
      using W = NormWeight<T>;
      norm_forward<T>(sizes, x.data_ptr<T>(), weight.data_ptr<W>(), bias.data_ptr<W>(), eps,
                      y.data_ptr<T>(), mean.data_ptr<double>(), variance.data_ptr<double>());
    });
    context->save_for_backward({x, weight, mean, variance});
    context->saved_data["groups"] = groups;
    context->saved_data["eps"] = eps;
    context->mark_non_differentiable({mean, variance});
    return {y, mean, variance};
  }

  static tensor_list backward(AutogradContext* context, tensor_list grads) {
    const NoAutocastScope keep_dtype;
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const torch::Tensor dy =
        grads[0].to(x.scalar_type()).contiguous(torch::MemoryFormat::ChannelsLast);
    torch::Tensor dx = torch::empty_like(x);
    torch::Tensor dweight = torch::empty_like(weight), dbias = torch::empty_like(weight);
    with_scalar_type(x, [&](auto scalar) {
      using T = decltype(scalar);
      using W = NormWeight<T>;
      norm_backward<T>(sizes_of(x, context->saved_data["groups"].toInt()), dy.data_ptr<T>(),
                       x.data_ptr<T>(), weight.data_ptr<W>(), mean.data_ptr<double>(),
                       variance.data_ptr<double>(), context->saved_data["eps"].toDouble(),
                       dx.data_ptr<T>(), dweight.data_ptr<W>(), dbias.data_ptr<W>());
    });
    return {dx, torch::Tensor(), dweight, dbias, torch::Tensor()};
  }
};

void update(const RunningStatistics& running, const torch::Tensor& mean,
            const torch::Tensor& variance, int64_t count) {
  const torch::NoGradGuard no_grad;
  const auto mix = [&](const torch::Tensor& into, const torch::Tensor& value) {
    into.mul_(1 - running.momentum).add_(value.to(into.scalar_type()), running.momentum);
  };
  mix(running.mean, mean);
  if (count > 1) mix(running.variance, variance * count / (count - 1));
}

}  // namespace

torch::Tensor group_norm(const torch::Tensor& x, int64_t groups, const torch::Tensor& weight,
                         const torch::Tensor& bias, double eps) {
  if (!has_kernel(x, weight)) return torch::group_norm(x, groups, weight, bias, eps);
  return ChannelsLastNorm::apply(x.contiguous(torch::MemoryFormat::ChannelsLast), groups, weight,
                                 bias, eps)[0];
}

torch::Tensor batch_norm(const torch::Tensor& x, const torch::Tensor& weight,
                         const torch::Tensor& bias, const RunningStatistics& running, double eps) {
  if (!has_kernel(x, weight)) {
    return torch::batch_norm(x, weight, bias, running.mean, running.variance, /*training=*/true,
                             running.momentum, eps, /*cudnn_enabled=*/true);
  }
  const tensor_list out = ChannelsLastNorm::apply(x.contiguous(torch::MemoryFormat::ChannelsLast),
                                                  kBatchNorm, weight, bias, eps);
  update(running, out[1].squeeze(0), out[2].squeeze(0), x.numel() / x.size(1));
  return out[0];
}

}  // namespace rn
