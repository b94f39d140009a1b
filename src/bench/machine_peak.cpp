#include "bench/machine_peak.h"

#include <ATen/ops/convolution.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rand.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "bench/conv_timer.h"

namespace rn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kSide = 2048;
constexpr double kFlop = 2.0 * kSide * kSide * kSide;
constexpr int kRuns = 10;
constexpr double kEnough = 1.0;  // seconds; a BLAS without tuning takes longer for a single run

double best_seconds(const std::function<void()>& run, const WaitForDevice& wait) {
  const auto now = [&] {
    if (wait) wait();
    return Clock::now();
  };
  double best = 0.0;
  double sum = 0.0;
  for (int i = 0; i < kRuns && sum < kEnough; ++i) {
    const auto start = now();
    run();
    const double seconds = std::chrono::duration<double>(now() - start).count();
    best = i == 0 ? seconds : std::min(best, seconds);
    sum += seconds;
  }
  return best;
}

}  // namespace

void MachinePeak::consider(double another_flop_per_second, const std::string& another_by) {
  if (another_flop_per_second > flop_per_second) *this = {another_flop_per_second, another_by};
}

MachinePeak measure_peak(torch::Dtype dtype, torch::Device device) {
  const torch::NoGradGuard no_grad;
  const WaitForDevice wait = wait_for(device);
  MachinePeak peak;
  const auto add = [&](const char* name, double flop, const std::function<void()>& run) {
    peak.consider(flop / best_seconds(run, wait), name);
  };
  const torch::Tensor a = torch::rand({kSide, kSide}, device).to(dtype);
  const torch::Tensor b = torch::rand({kSide, kSide}, device).to(dtype);
  add("matrix product", kFlop, [&] { at::matmul(a, b); });
  const auto add_convolution = [&](const char* name, double flop, const torch::Tensor& x,
                                   const torch::Tensor& w) {
    const int64_t padding = w.size(2) / 2;
    add(name, flop, [&] {
      at::convolution(x, w, {}, {1, 1}, {padding, padding}, {1, 1}, /*transposed=*/false, {0, 0},
                      1);
    });
  };
  // [1, C, 32, 64] and [C, C, 1, 1], both channels-last.
  add_convolution("1x1 convolution", kFlop,
                  a.view({1, 32, kSide / 32, kSide}).permute({0, 3, 1, 2}),
                  b.view({kSide, 1, 1, kSide}).permute({0, 3, 1, 2}));
  // [16, 256, 32, 32] and [256, 256, 3, 3].
  add_convolution("3x3 convolution", 2.0 * 16 * 32 * 32 * 256 * 256 * 9,
                  a.view({16, 32, 32, 256}).permute({0, 3, 1, 2}),
                  b.flatten()
                      .narrow(0, 0, int64_t{256} * 9 * 256)
                      .view({256, 3, 3, 256})
                      .permute({0, 3, 1, 2}));
  return peak;
}

}  // namespace rn
