#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string_view>

namespace rn {

/// Whether an allocation has failed: LibTorch's on a CPU (which has no type of its own for it) or a
/// CUDA device, oneDNN's, or ours.
inline bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  const std::string_view text = error.what();
  for (const std::string_view sign :
       {"out of memory", "not enough memory", "can't allocate memory", "out_of_memory"}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace rn
