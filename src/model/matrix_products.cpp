#include "model/matrix_products.h"

#include <ATen/Context.h>
#include <dlfcn.h>

namespace rn {
namespace {

/// OpenBLAS, but not the one with threads of its own: it lets LibTorch's threads wait for one
/// another.
bool is_suited_openblas() {
  constexpr int kOwnThreads = 1;
  auto* const kind = reinterpret_cast<int (*)()>(::dlsym(RTLD_DEFAULT, "openblas_get_parallel"));
  return kind != nullptr && kind() != kOwnThreads;
}

}  // namespace

bool has_fast_matrix_products(torch::Device device) {
  // Debian's LibTorch takes what is installed as libblas.so.3; netlib's is a hundred times slower.
  static const bool has_blas =
      at::hasMKL() || is_suited_openblas() || ::dlsym(RTLD_DEFAULT, "bli_info_get_version_str");
  return device.is_cpu() && has_blas;
}

bool has_fast_bf16_products(torch::Device device) {
#if defined(__x86_64__)
  // What LibTorch itself asks before it takes oneDNN's.
  static const bool has_instructions = __builtin_cpu_supports("avx512bw") &&
                                       __builtin_cpu_supports("avx512vl") &&
                                       __builtin_cpu_supports("avx512dq");
  return device.is_cpu() && has_instructions && at::hasMKLDNN() &&
         at::globalContext().userEnabledMkldnn();
#else
  return false;
#endif
}

}  // namespace rn
