#include "front/version.h"

#include <fmt/format.h>

namespace rn {

std::string version_line() {
  return fmt::format("retinanet {} (LibTorch {}, OpenCV {})", kVersion, RN_TORCH_VERSION,
                     RN_OPENCV_VERSION);
}

}  // namespace rn
