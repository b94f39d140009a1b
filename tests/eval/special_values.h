#pragma once

#include <limits>

namespace rn {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();
/// 1 / (1 + 2^-52): what pycocotools has in place of 1.
inline constexpr double kOne = 0x1.ffffffffffffep-1;

}  // namespace rn
