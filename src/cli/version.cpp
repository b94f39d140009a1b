#include "cli/version.h"

#include <fmt/format.h>
#include <torch/version.h>

#include <opencv2/core/version.hpp>

namespace rn {

std::string version_line() {
  return fmt::format("retinanet {} (LibTorch {}, OpenCV {})", kVersion, TORCH_VERSION, CV_VERSION);
}

}  // namespace rn
