#pragma once

#include <cstdint>
#include <vector>

namespace rn {

/// A detection's place in the order of scores.
struct ScoreKey {
  uint64_t score = 0;  ///< descending_key of it
  int32_t image = 0;
  int32_t item = 0;
};

/// Unsigned numbers that ascend where ranks_before() descends: equal scores (0 and -0, all NaN)
/// have equal keys.
uint64_t descending_key(double score);

/// Sorts by score, equal ones by image, then by item.
class ScoreSorter {
 public:
  void sort(std::vector<ScoreKey>& keys);

 private:
  void radix_sort(std::vector<ScoreKey>& keys, int shift);
  std::vector<ScoreKey> other_;
};

}  // namespace rn
