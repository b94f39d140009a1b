#pragma once

#include <torch/types.h>

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace rn {

/// A call of LibTorch's convolution, or of its gradient, as far as its time depends on it.
struct ConvCall {
  bool backward = false;
  std::vector<int64_t> input;   ///< [N, C, H, W]
  std::vector<int64_t> weight;  ///< [C_out, C / groups, kernel, kernel]
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilation;
  int64_t groups = 1;
  bool bias = false;
  torch::Dtype dtype = torch::kFloat32;
  bool channels_last = false;  ///< the input
  /// Gradients of input, weight and bias. Backward: those that are computed; forward: those that
  /// will be asked for.
  std::array<bool, 3> gradients{};

  auto operator<=>(const ConvCall&) const = default;

  /// [N, C_out, H_out, W_out]
  std::vector<int64_t> output() const;
  /// Floating-point operations: a multiplication and an addition for each weight and output that
  /// it meets, once for the output, once for the input's gradient, once for the weight's.
  double flop() const;
  /// "backward 256 -> 256, 3x3, bias, 2x100x136"
  std::string text() const;
};

/// How often each is called.
using ConvCalls = std::map<ConvCall, int64_t>;

/// While it lives, notes every convolution that LibTorch runs in this process, also those of its
/// backward passes. One at a time.
class ConvRecorder {
 public:
  ConvRecorder();
  ~ConvRecorder();
  ConvRecorder(const ConvRecorder&) = delete;
  ConvRecorder& operator=(const ConvRecorder&) = delete;

  const ConvCalls& calls() const { return calls_; }

  /// For LibTorch's callback.
  void add(const ConvCall& call);

 private:
  std::mutex mutex_;  ///< on CUDA the backward pass has a thread of its own
  ConvCalls calls_;
  uint64_t handle_;
};

}  // namespace rn
