#pragma once

#include <cstdlib>
#include <string_view>

namespace rn {

/// How often a torture is repeated: `few` times in the usual tests, `many` with
/// `tools/test.sh --torture`, which sets RN_TORTURE=1.
inline int repetitions(int few, int many) {
  const char* value = std::getenv("RN_TORTURE");
  return value != nullptr && std::string_view(value) == "1" ? many : few;
}

}  // namespace rn
