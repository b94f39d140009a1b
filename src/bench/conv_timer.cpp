#include "bench/conv_timer.h"

#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <torch/cuda.h>

#include <algorithm>
#include <chrono>

#include "core/processor.h"
#include "core/spread.h"

namespace rn {
namespace {

constexpr double kLong = 2e-3;  // seconds: what takes as long is run once
constexpr int64_t kMostRuns = 15;

int64_t product(const std::vector<int64_t>& sizes) {
  int64_t all = 1;
  for (const int64_t size : sizes) all *= size;
  return all;
}

RunTime time_of(const std::function<void()>& run, const WaitForDevice& wait) {
  const auto now = [&] {
    if (wait) wait();
    return std::chrono::steady_clock::now();
  };
  const auto start = now();
  const double processor = processor_seconds();
  run();
  const double wall = std::chrono::duration<double>(now() - start).count();
  return {wall, processor_seconds() - processor};
}

}  // namespace

WaitForDevice wait_for(torch::Device device) {
  if (!device.is_cuda()) return {};
  return [index = device.index()] { torch::cuda::synchronize(index); };
}

ConvTimer::ConvTimer(torch::Device device) : device_(device), wait_(wait_for(device)) {}

RunTime ConvTimer::operator()(const ConvCall& call) {
  const auto run = runner(call);
  std::vector<double> wall, processor;
  const auto measure = [&] {
    const RunTime time = time_of(run, wait_);
    wall.push_back(time.wall);
    processor.push_back(time.processor);
  };
  measure();
  const auto runs = static_cast<int64_t>(kLong / wall[0]);
  for (int64_t i = 1; i < std::clamp(runs, int64_t{1}, kMostRuns); ++i) measure();
  return {spread_of(std::move(wall)).median, spread_of(std::move(processor)).median};
}

std::function<void()> ConvTimer::runner(const ConvCall& call) {
  const torch::Tensor input = tensor(kInput, call.input, call);
  const torch::Tensor weight = tensor(kWeight, call.weight, call);
  const std::vector<int64_t> no_output_padding(call.stride.size(), 0);
  const std::vector<int64_t> channels{call.weight[0]};
  if (call.backward) {
    const torch::Tensor gradient = tensor(kGradient, call.output(), call);
    return [=] {
      at::convolution_backward(gradient, input, weight, at::OptionalIntArrayRef(channels),
                               call.stride, call.padding, call.dilation, /*transposed=*/false,
                               no_output_padding, call.groups, call.gradients);
    };
  }
  const torch::Tensor bias = call.bias ? torch::zeros(channels, weight.options()) : torch::Tensor();
  input.set_requires_grad(call.gradients[0]);
  weight.set_requires_grad(call.gradients[1]);
  if (call.bias) bias.set_requires_grad(call.gradients[2]);
  return [=] {
    at::convolution(input, weight, bias, call.stride, call.padding, call.dilation,
                    /*transposed=*/false, no_output_padding, call.groups);
  };
}

torch::Tensor ConvTimer::tensor(Role role, const std::vector<int64_t>& sizes,
                                const ConvCall& call) {
  torch::Tensor& noise = noise_[role];
  const int64_t count = product(sizes);
  if (!noise.defined() || noise.numel() < count || noise.scalar_type() != call.dtype) {
    noise = torch::Tensor();  // before there is another
    noise = torch::empty({count}, torch::dtype(call.dtype).device(device_)).uniform_(-1, 1);
  }
  const torch::Tensor flat = noise.narrow(0, 0, count).detach();
  if (!call.channels_last) return flat.view(sizes);
  return flat.view({sizes[0], sizes[2], sizes[3], sizes[1]}).permute({0, 3, 1, 2});
}

}  // namespace rn
