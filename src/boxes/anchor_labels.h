#pragma once

#include <cstdint>

namespace rn {

/// What an anchor is that no object owns; otherwise it has the row or the class of its object.
inline constexpr int64_t kBackground = -1;  ///< a negative
inline constexpr int64_t kIgnore = -2;      ///< takes no part in the loss

}  // namespace rn
