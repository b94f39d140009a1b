#include "cli/device.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <algorithm>

#include "cli/tensor_memory.h"
#include "core/config_io.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/processor.h"

namespace rn {
namespace {

/// The rest is for pictures being decoded, oneDNN's own memory and the like.
constexpr double kTensorShare = 0.85;

int64_t cuda_index(const std::string& name) {
  const std::string digits = name.substr(5);
  if (digits.empty() || digits.size() > 3 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    fail("device: found \"{}\", expected cuda:N with a number, for example cuda:0", name);
  }
  return std::stoll(digits);
}

torch::Device cuda_device(const std::string& name) {
  const int64_t count = static_cast<int64_t>(torch::cuda::device_count());
  if (count == 0) {
    fail(
        "device: found \"{}\", but this LibTorch sees no CUDA device: it was built without CUDA "
        "(as Debian's is), or the driver is missing; set device to \"cpu\" or \"auto\", or build "
        "with -DCMAKE_PREFIX_PATH=<a LibTorch with CUDA>",
        name);
  }
  const int64_t index = name == "cuda" ? 0 : cuda_index(name);
  if (index >= count) {
    fail("device: found \"{}\", but there are {} CUDA devices (cuda:0 to cuda:{})", name, count,
         count - 1);
  }
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace

torch::Device open_device(const std::string& name) {
  const bool any = name == "auto";
  if (name == "cuda" || name.starts_with("cuda:") || (any && torch::cuda::is_available())) {
    return cuda_device(any ? "cuda" : name);
  }
  if (!any && name != "cpu") {
    fail("device: found \"{}\", expected auto, cpu, cuda or cuda:N", name);
  }
  if (const auto available = available_memory()) {
    const auto reserve = static_cast<int64_t>((1 - kTensorShare) * static_cast<double>(*available));
    limit_tensor_memory(*available - reserve, [reserve] {
      return std::max<int64_t>(0, available_memory().value_or(0) - reserve);
    });
  }
  return torch::kCPU;
}

Precision parse_precision(const std::string& name) {
  Precision precision{};
  from_json(ConfigPlace{"--precision", ""}, Json(name), precision);
  return precision;
}

std::string device_text(torch::Device device) {
  if (device.is_cuda()) return device.str();
  const auto sets = instruction_sets();
  const int threads = at::get_num_threads();
  return fmt::format("cpu, {} thread{}{}", threads, threads == 1 ? "" : "s",
                     sets.empty() ? "" : ", " + sets.front());
}

}  // namespace rn
