#pragma once

#include <ATen/autocast_mode.h>
#include <c10/core/Allocator.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/types.h>
#include <torch/version.h>

#include "core/error.h"
#include "core/precision.h"

#define RN_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) ||     \
   (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace rn {

/// Everything that differs between LibTorch 1.13 and the newest 2.x is in this header.

/// The type that convolutions compute in.
/// @throws Error for fp16 on a CPU, which has no convolutions of it
inline torch::Dtype torch_dtype(Precision precision, torch::Device device) {
  if (precision == Precision::kFp32) return torch::kFloat32;
  if (precision == Precision::kBf16) return torch::kBFloat16;
  if (!device.is_cuda()) {
    fail("precision: fp16 needs a CUDA device, found {}; use bf16 or fp32", device.str());
  }
  return torch::kFloat16;
}

/// Whether an AutocastScope is open for this kind of device.
inline bool is_autocast_enabled(torch::DeviceType device) {
#if RN_TORCH_AT_LEAST(2, 4)
  return at::autocast::is_autocast_enabled(device);
#else
  return device == torch::kCUDA ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled();
#endif
}

/// Runs convolutions and matrix products in `dtype` while it lives; does nothing for float32.
class AutocastScope {
 public:
  AutocastScope(torch::DeviceType device, torch::Dtype dtype)
      : device_(device), on_(dtype != torch::kFloat32) {
    if (!on_) return;
    was_on_ = is_autocast_enabled(device_);
    at::autocast::increment_nesting();
    set_enabled(true);
#if RN_TORCH_AT_LEAST(2, 4)
    at::autocast::set_autocast_dtype(device_, dtype);
#else
    if (device_ == torch::kCUDA)
      at::autocast::set_autocast_gpu_dtype(dtype);
    else
      at::autocast::set_autocast_cpu_dtype(dtype);
#endif
  }
  ~AutocastScope() {
    if (!on_) return;
    // The cache holds this scope's low-precision copies of the weights.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    set_enabled(was_on_);
  }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
#if RN_TORCH_AT_LEAST(2, 4)
  void set_enabled(bool on) const { at::autocast::set_autocast_enabled(device_, on); }
#else
  void set_enabled(bool on) const {
    if (device_ == torch::kCUDA)
      at::autocast::set_enabled(on);
    else
      at::autocast::set_cpu_enabled(on);
  }
#endif
  torch::DeviceType device_;
  bool on_;
  bool was_on_ = false;
};

/// What an allocator for CPU tensors derives from; it has to define get().
class CpuAllocator : public c10::Allocator {
 public:
#if RN_TORCH_AT_LEAST(2, 3)
  c10::DataPtr allocate(size_t bytes) override { return get(bytes); }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
#else
  c10::DataPtr allocate(size_t bytes) const override { return get(bytes); }
#endif
 protected:
  virtual c10::DataPtr get(size_t bytes) const = 0;
};

/// Inside an AutocastScope: operators run in the dtype of their inputs while it lives.
class NoAutocastScope {
 private:
  c10::impl::ExcludeDispatchKeyGuard guard_{c10::autocast_dispatch_keyset};
};

/// Whether CUDA computes the same bits each time: fixed cuDNN algorithms instead of those that a
/// trial finds fastest, and ordered sums where there is a choice. To be called before the first
/// matrix product on CUDA.
inline void use_deterministic_cuda(bool on) {
  at::Context& context = at::globalContext();
  context.setBenchmarkCuDNN(!on);
  context.setDeterministicCuDNN(on);
  context.setDeterministicAlgorithms(on, /*warn_only=*/true);
#if RN_TORCH_AT_LEAST(2, 2)
  // Costs a pass over every new tensor and only helps to find reads of unwritten memory.
  context.setDeterministicFillUninitializedMemory(false);
#endif
  // cuBLAS wants to be told its workspace's size, or its sums depend on which stream runs first.
  if (on) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
}

}  // namespace rn
