#include "model/group_norm.h"

#include <torch/autograd.h>

#include "core/torch_compat.h"
#include "model/group_norm_kernel.h"

namespace rn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

GroupNormSizes sizes_of(const torch::Tensor& x, int64_t groups) {
  return {x.size(0), x.size(2) * x.size(3), x.size(1), groups};
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
         (dtype == torch::kFloat32 || dtype == torch::kFloat64 || dtype == torch::kBFloat16);
}

class ChannelsLastGroupNorm : public torch::autograd::Function<ChannelsLastGroupNorm> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, int64_t groups,
                               const torch::Tensor& weight, const torch::Tensor& bias, double eps) {
    const NoAutocastScope keep_dtype;
    torch::Tensor y = torch::empty_like(x);
    const torch::Tensor mean = torch::empty({x.size(0), groups}, torch::kFloat64);
    const torch::Tensor rstd = torch::empty_like(mean);
    with_scalar_type(x, [&](auto scalar) {
      using T = decltype(scalar);
      using A = GroupNormAccumulator<T>;
      group_norm_forward<T>(sizes_of(x, groups), x.data_ptr<T>(), weight.data_ptr<A>(),
                            bias.data_ptr<A>(), eps, y.data_ptr<T>(), mean.data_ptr<double>(),
                            rstd.data_ptr<double>());
    });
    context->save_for_backward({x, weight, mean, rstd});
    context->saved_data["groups"] = groups;
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list grads) {
    const NoAutocastScope keep_dtype;
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &mean = saved[2], &rstd = saved[3];
    const torch::Tensor dy =
        grads[0].to(x.scalar_type()).contiguous(torch::MemoryFormat::ChannelsLast);
    torch::Tensor dx = torch::empty_like(x);
    torch::Tensor dweight = torch::empty_like(weight), dbias = torch::empty_like(weight);
    with_scalar_type(x, [&](auto scalar) {
      using T = decltype(scalar);
      using A = GroupNormAccumulator<T>;
      group_norm_backward<T>(sizes_of(x, context->saved_data["groups"].toInt()), dy.data_ptr<T>(),
                             x.data_ptr<T>(), weight.data_ptr<A>(), mean.data_ptr<double>(),
                             rstd.data_ptr<double>(), dx.data_ptr<T>(), dweight.data_ptr<A>(),
                             dbias.data_ptr<A>());
    });
    return {dx, torch::Tensor(), dweight, dbias, torch::Tensor()};
  }
};

}  // namespace

torch::Tensor group_norm(const torch::Tensor& x, int64_t groups, const torch::Tensor& weight,
                         const torch::Tensor& bias, double eps) {
  if (has_kernel(x, weight)) {
    return ChannelsLastGroupNorm::apply(x.contiguous(torch::MemoryFormat::ChannelsLast), groups,
                                        weight, bias, eps);
  }
  return torch::group_norm(x, groups, weight, bias, eps);
}

}  // namespace rn
