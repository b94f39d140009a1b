#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/parallel.h"

namespace rn {

/// Who wants to know how far a conversion is. What is empty isn't called.
struct ConvertProgress {
  std::function<void(std::string_view stage, int64_t total)> begin;
  std::function<void()> advance;  ///< from any thread
  std::function<void()> end;
};

/// parallel_for that tells. @throws what the first body by index throws
inline void run_stage(const ConvertProgress& progress, std::string_view stage, int64_t count,
                      const std::function<void(int64_t)>& body) {
  if (progress.begin) progress.begin(stage, count);
  parallel_for(count, 0, [&](int64_t i) {
    body(i);
    if (progress.advance) progress.advance();
  });
  if (progress.end) progress.end();
}

}  // namespace rn
