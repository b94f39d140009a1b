#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rn {

/// The items of each group, one group after the other.
struct Grouping {
  std::vector<int32_t> items;   ///< in each group by ascending index
  std::vector<int32_t> begins;  ///< of each group in `items`; one more: the end

  int64_t groups() const { return static_cast<int64_t>(begins.size()) - 1; }
  std::span<const int32_t> operator[](int64_t group) const {
    return std::span(items).subspan(begins[group], begins[group + 1] - begins[group]);
  }
};

/// Groups the items 0..n-1 (n < 2^31) by counting.
/// @param group_of each item's group, 0..groups-1, or -1: it is in none
/// @param threads 0: one for each core; no effect on the result
Grouping group_items(std::span<const int32_t> group_of, int64_t groups, int threads);

}  // namespace rn
