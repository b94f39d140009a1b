#include "model/bf16_conv.h"

#include <torch/autograd.h>

#include <algorithm>

#include "core/error.h"
#include "core/torch_compat.h"
#include "model/matrix_products.h"

namespace rn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// [N, C, H, W] as [N, H, W, C], channels-last in memory.
torch::Tensor cells_of(const torch::Tensor& map) {
  return map.contiguous(torch::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1});
}

torch::Tensor rows_of(const torch::Tensor& cells) { return cells.reshape({-1, cells.size(3)}); }

/// The gradient of a 1x1 kernel: a product of what each output's cell passed back and read.
torch::Tensor gradient_1x1(const torch::Tensor& map, const torch::Tensor& gradient,
                           int64_t stride) {
  torch::Tensor read = cells_of(map);
  if (stride > 1) read = read.slice(1, 0, {}, stride).slice(2, 0, {}, stride);
  return rows_of(cells_of(gradient)).t().mm(rows_of(read));
}

/// The gradient of a 3x3 kernel. Both maps get a margin of zeros, so that the cell which a tap
/// reads lies at a fixed distance from the output's, also in the row of all cells: one product a
/// tap.
/// @return [O, C, 3, 3], channels-last
torch::Tensor gradient_3x3(const torch::Tensor& map, const torch::Tensor& gradient) {
  const auto with_margin = [](const torch::Tensor& of) {
    return torch::constant_pad_nd(cells_of(of), {0, 0, 1, 1, 1, 1}).contiguous();
  };
  const torch::Tensor read = with_margin(map), passed = with_margin(gradient);
  const int64_t line = read.size(2);
  const torch::Tensor reads = rows_of(read);
  const int64_t margin = line + 1;  // before the first output, and after the last
  const int64_t count = reads.size(0) - 2 * margin;
  const torch::Tensor passed_back = rows_of(passed).narrow(0, margin, count).t();
  auto taps = torch::empty({9, gradient.size(1), map.size(1)}, map.options());
  for (int64_t tap = 0; tap < 9; ++tap) {
    auto product = taps[tap];
    torch::mm_out(product, passed_back, reads.narrow(0, tap / 3 * line + tap % 3, count));
  }
  return taps.permute({1, 0, 2})
      .contiguous()
      .view({gradient.size(1), 3, 3, map.size(1)})
      .permute({0, 3, 1, 2});
}

/// oneDNN makes the gradient of a 3x3 kernel from 32 cells of a row at a time, the last of which
/// may be mostly filling, and from large maps slowly.
bool is_costly_for_onednn(const torch::Tensor& map) {
  constexpr int64_t kCells = 32;
  const int64_t width = map.size(3);
  const int64_t filled = (width + kCells - 1) / kCells * kCells;
  return 10 * filled > 13 * width || map.size(0) * map.size(2) * width >= 16384;
}

class Bf16Conv : public torch::autograd::Function<Bf16Conv> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& map,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               int64_t stride) {
    const NoAutocastScope as_they_are;
    context->save_for_backward({map, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["map"] = map.requires_grad();
    context->saved_data["weight"] = weight.requires_grad();
    context->saved_data["bias"] = bias.requires_grad();
    return torch::conv2d(map, weight, bias, stride, weight.size(2) / 2);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    RN_CHECK(!torch::GradMode::is_enabled(), "bf16_conv has no second derivative");
    const NoAutocastScope as_they_are;
    const auto saved = context->get_saved_variables();
    const auto &map = saved[0], &weight = saved[1], &gradient = gradients[0];
    const int64_t stride = context->saved_data["stride"].toInt();
    variable_list results(4);
    if (context->saved_data["map"].toBool()) {
      const int64_t padding = weight.size(2) / 2;
      results[0] = std::get<0>(at::convolution_backward(
          gradient, map, weight, c10::nullopt, {stride, stride}, {padding, padding}, {1, 1},
          /*transposed=*/false, {0, 0}, /*groups=*/1, {true, false, false}));
    }
    if (context->saved_data["weight"].toBool()) {
      results[1] = weight.size(2) == 1 ? gradient_1x1(map, gradient, stride).view(weight.sizes())
                                       : gradient_3x3(map, gradient);
    }
    if (context->saved_data["bias"].toBool()) {
      results[2] = gradient.sum({0, 2, 3}, /*keepdim=*/false, torch::kFloat32).to(torch::kBFloat16);
    }
    return results;
  }
};

}  // namespace

torch::Tensor bf16_conv(const torch::Tensor& map, const torch::Tensor& weight,
                        const torch::Tensor& bias, int64_t stride) {
  RN_CHECK(weight.size(2) == 1 || (weight.size(2) == 3 && stride == 1), "kernel {}, stride {}",
           weight.size(2), stride);
  const auto in_bf16 = [](const torch::Tensor& tensor) { return tensor.to(torch::kBFloat16); };
  return Bf16Conv::apply(in_bf16(map), in_bf16(weight),
                         in_bf16(bias.defined() ? bias : torch::zeros({weight.size(0)})), stride);
}

bool is_bf16_conv_quicker(const torch::Tensor& map, const torch::Tensor& weight, int64_t stride) {
  const int64_t channels = std::min(weight.size(0), weight.size(1));
  const int64_t kernel = weight.size(2);
  if (!weight.requires_grad() || !torch::GradMode::is_enabled() || map.size(1) != weight.size(1) ||
      !has_fast_bf16_products(weight.device())) {
    return false;
  }
  // Measured: tools/bench/README.md.
  if (kernel == 1) return channels >= 64;
  return kernel == 3 && stride == 1 && channels >= 256 && is_costly_for_onednn(map);
}

}  // namespace rn
