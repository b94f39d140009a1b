#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rn {

/// Unsigned numbers that ascend where ranks_before() descends: equal scores (0 and -0, all NaN)
/// have equal keys.
uint64_t descending_key(double score);

/// Finds the order of scores. Keeps its buffers for the next list.
class ScoreOrder {
 public:
  /// @param scores fewer than 2^31
  /// @return the indices by descending score, equal ones ascending; valid until the next call
  std::span<uint32_t> sort(std::span<const double> scores);

 private:
  void radix_sort();
  void sort_runs();

  std::vector<uint64_t> keys_;    ///< descending_key of each score
  std::vector<uint64_t> packed_;  ///< the highest bits in which the keys differ, then the index
  std::vector<uint64_t> other_;
  std::vector<uint32_t> order_;
};

}  // namespace rn
