#pragma once

#include <cstdint>
#include <span>

namespace rn {

/// As many objects of a single class as would make its AP as uncertain as the mean over these
/// classes is: K^2 / sum(1 / n). Classes weigh alike in the mean however many objects they have, so
/// 1000 objects of one and 1 of another are worth 4. Where all have the same number, it is their
/// sum.
/// @param objects of each class; those without are not in the mean
/// @return 0 without objects
inline double effective_objects(std::span<const int64_t> objects) {
  double classes = 0;
  double variance = 0;
  for (const int64_t n : objects) {
    if (n == 0) continue;
    ++classes;
    variance += 1 / static_cast<double>(n);
  }
  return classes == 0 ? 0 : classes * classes / variance;
}

}  // namespace rn
