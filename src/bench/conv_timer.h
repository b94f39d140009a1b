#pragma once

#include <torch/types.h>

#include <array>
#include <functional>
#include <vector>

#include "bench/conv_calls.h"

namespace rn {

/// Waits until the device has done all that it was given; empty for the CPU, which has then.
using WaitForDevice = std::function<void()>;
WaitForDevice wait_for(torch::Device device);

/// How long something took.
struct RunTime {
  double wall = 0.0;       ///< seconds
  double processor = 0.0;  ///< seconds of all threads together: what else runs counts little
};

/// Times convolutions alone: LibTorch's own, in the layout, the dtype and the autograd mode of the
/// call, on noise in memory that is kept from one measurement to the next.
class ConvTimer {
 public:
  explicit ConvTimer(torch::Device device);

  /// Runs the call: several times if it is short.
  /// @return of one run, the medians
  RunTime operator()(const ConvCall& call);

 private:
  enum Role { kInput, kWeight, kGradient, kNumRoles };

  /// A tensor on the memory of its role, laid out as the call's.
  torch::Tensor tensor(Role role, const std::vector<int64_t>& sizes, const ConvCall& call);
  std::function<void()> runner(const ConvCall& call);

  torch::Device device_;
  WaitForDevice wait_;
  std::array<torch::Tensor, kNumRoles> noise_;  ///< flat
};

}  // namespace rn
