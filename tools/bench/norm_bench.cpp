// Forward and backward of the norms against LibTorch's, on activations of a ResNet-50 and a head.
#include <benchmark/benchmark.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "model/channels_last_norm.h"

namespace rn {
namespace {

constexpr double kEps = 1e-5;

using NormFunction = torch::Tensor (*)(const torch::Tensor&, const torch::Tensor&,
                                       const torch::Tensor&, const RunningStatistics&);

torch::Tensor our_batch_norm(const torch::Tensor& x, const torch::Tensor& weight,
                             const torch::Tensor& bias, const RunningStatistics& running) {
  return batch_norm(x, weight, bias, running, kEps);
}

torch::Tensor their_batch_norm(const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, const RunningStatistics& running) {
  return torch::batch_norm(x, weight, bias, running.mean, running.variance, true, running.momentum,
                           kEps, false);
}

torch::Tensor our_group_norm(const torch::Tensor& x, const torch::Tensor& weight,
                             const torch::Tensor& bias, const RunningStatistics&) {
  return group_norm(x, 32, weight, bias, kEps);
}

torch::Tensor their_group_norm(const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, const RunningStatistics&) {
  return torch::group_norm(x, 32, weight, bias, kEps);
}

/// What follows a norm in a ResNet.
enum class After { kNothing, kRelu, kAddAndRelu };

/// Arguments: channels, height, width; two images.
void forward_and_backward(benchmark::State& state, NormFunction norm, After after) {
  const int64_t channels = state.range(0);
  const auto layout = torch::MemoryFormat::ChannelsLast;
  const std::vector<int64_t> shape = {2, channels, state.range(1), state.range(2)};
  const auto x = torch::randn(shape).contiguous(layout).requires_grad_(true);
  const auto seed = torch::randn(shape).contiguous(layout);
  const auto weight = torch::ones({channels}).requires_grad_(true);
  const auto bias = torch::zeros({channels}).requires_grad_(true);
  const RunningStatistics running{torch::zeros({channels}), torch::ones({channels}), 0.1};
  for (auto _ : state) {
    torch::Tensor y = norm(x, weight, bias, running);
    if (after == After::kAddAndRelu) y.add_(seed);
    if (after != After::kNothing) y.relu_();
    benchmark::DoNotOptimize(torch::autograd::grad({y}, {x, weight, bias}, {seed}));
  }
  state.SetBytesProcessed(state.iterations() * x.numel() * 4 * 8);  // 3 passes forward, 5 back
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->Args({64, 200, 336})->Args({256, 100, 168})->Args({512, 50, 84})->Args({2048, 25, 42});
  bench->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}

constexpr After kNothing = After::kNothing, kRelu = After::kRelu, kAdd = After::kAddAndRelu;
BENCHMARK_CAPTURE(forward_and_backward, batch_norm, our_batch_norm, kNothing)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, libtorch_batch_norm, their_batch_norm, kNothing)
    ->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, batch_norm_relu, our_batch_norm, kRelu)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, libtorch_batch_norm_relu, their_batch_norm, kRelu)
    ->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, batch_norm_add_relu, our_batch_norm, kAdd)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, libtorch_batch_norm_add_relu, their_batch_norm, kAdd)
    ->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, group_norm, our_group_norm, kNothing)->Apply(sizes);
BENCHMARK_CAPTURE(forward_and_backward, libtorch_group_norm, their_group_norm, kNothing)
    ->Apply(sizes);

}  // namespace
}  // namespace rn

BENCHMARK_MAIN();
