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

MachinePeak measure_peak(torch::Dtype dtype, torch::Device device) {
  const torch::NoGradGuard no_grad;
  const WaitForDevice wait = wait_for(device);
  const torch::Tensor a = torch::rand({kSide, kSide}, device).to(dtype);
  const torch::Tensor b = torch::rand({kSide, kSide}, device).to(dtype);
  const double product = best_seconds([&] { at::matmul(a, b); }, wait);
  // [1, C, 32, 64] and [C, C, 1, 1], both channels-last.
  const torch::Tensor x = a.view({1, 32, kSide / 32, kSide}).permute({0, 3, 1, 2});
  const torch::Tensor w = b.view({kSide, 1, 1, kSide}).permute({0, 3, 1, 2});
  const double conv = best_seconds(
      [&] {
        at::convolution(x, w, {}, {1, 1}, {0, 0}, {1, 1}, false, {0, 0}, 1);
      },
      wait);
  return conv < product ? MachinePeak{kFlop / conv, "1x1 convolution"}
                        : MachinePeak{kFlop / product, "matrix product"};
}

}  // namespace rn
