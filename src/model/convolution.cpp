#include "model/convolution.h"

#include "core/torch_compat.h"
#include "model/bf16_conv.h"
#include "model/prepared_weights.h"
#include "model/winograd.h"

namespace rn {
namespace {

thread_local bool leave_it_to_libtorch = false;

bool computes_in_bf16(const torch::Tensor& map) {
  return map.device().is_cpu() &&
         (map.scalar_type() == torch::kBFloat16 || is_autocast_enabled(torch::kCPU));
}

torch::Tensor in_bf16(const torch::Tensor& weight) {
  return PreparedWeights::get(weight, Preparation::kBf16,
                              [&] { return weight.to(torch::kBFloat16); });
}

bool use_winograd(const torch::nn::Conv2d& conv, const Maps& maps, const torch::Tensor& weight) {
  const auto& options = conv->options;
  return !leave_it_to_libtorch && options.stride()->at(0) == 1 && options.groups() == 1 &&
         !is_autocast_enabled(weight.device().type()) && is_winograd_quicker(maps, weight);
}

bool use_bf16_products(const torch::nn::Conv2d& conv, const Maps& maps,
                       const torch::Tensor& weight) {
  return !leave_it_to_libtorch && conv->options.groups() == 1 && computes_in_bf16(maps[0]) &&
         is_bf16_conv_quicker(maps[0], weight, conv->options.stride()->at(0));
}

}  // namespace

torch::nn::Conv2d make_conv(int64_t in_channels, int64_t out_channels, int64_t kernel_size,
                            int64_t stride, int64_t groups, bool bias) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in_channels, out_channels, kernel_size)
                               .stride(stride)
                               .padding(kernel_size / 2)
                               .groups(groups)
                               .bias(bias));
}

Maps convolve(const torch::nn::Conv2d& conv, const Maps& maps, const torch::Tensor& weight,
              const torch::Tensor& bias) {
  const auto& options = conv->options;
  if (use_winograd(conv, maps, weight)) return winograd_conv(maps, weight, bias);
  const bool products = use_bf16_products(conv, maps, weight);
  // Cast here, it is once for all maps.
  const torch::Tensor ready = computes_in_bf16(maps[0]) ? in_bf16(weight) : weight;
  const int64_t padding = options.kernel_size()->at(0) / 2;
  Maps results;
  for (const torch::Tensor& map : maps) {
    results.push_back(products ? bf16_conv(map, ready, bias, options.stride()->at(0))
                               : torch::conv2d(map, ready, bias, options.stride(), padding,
                                               /*dilation=*/1, options.groups()));
  }
  return results;
}

Maps convolve(const torch::nn::Conv2d& conv, const Maps& maps) {
  return convolve(conv, maps, conv->weight, conv->bias);
}

torch::Tensor convolve(const torch::nn::Conv2d& conv, const torch::Tensor& map) {
  return convolve(conv, Maps{map})[0];
}

LibTorchConvolutionsScope::LibTorchConvolutionsScope() : before_(leave_it_to_libtorch) {
  leave_it_to_libtorch = true;
}

LibTorchConvolutionsScope::~LibTorchConvolutionsScope() { leave_it_to_libtorch = before_; }

}  // namespace rn
