#pragma once

#include <string>

namespace rn {

inline constexpr const char* kVersion = RN_VERSION;

/// "retinanet 0.1.0 (LibTorch 1.13.1, OpenCV 4.6.0)"
std::string version_line();

}  // namespace rn
