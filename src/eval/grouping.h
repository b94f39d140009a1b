#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "core/allocation.h"
#include "core/error.h"
#include "core/parallel.h"

namespace rn {

/// The indices 0..count-1 by descending size, equal ones ascending: taken in this order, a large
/// one isn't what the threads wait for in the end.
/// @param size_of gives an index' size
template <class SizeOf>
std::vector<int64_t> largest_first(int64_t count, const SizeOf& size_of) {
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return size_of(a) > size_of(b); });
  return order;
}

/// The items of each group, one group after the other.
struct Grouping {
  std::vector<int32_t> items;   ///< in each group by ascending index
  std::vector<int32_t> begins;  ///< of each group in `items`; one more: the end

  int64_t groups() const { return static_cast<int64_t>(begins.size()) - 1; }
  std::span<const int32_t> operator[](int64_t group) const {
    return std::span(items).subspan(begins[group], begins[group + 1] - begins[group]);
  }
};

/// Groups the items 0..size-1 (size < 2^31) by counting.
/// @param threads 0: one for each core; no effect on the result
/// @param group_of gives an item's group, 0..groups-1, or -1: it is in none
template <class GroupOf>
Grouping group_items(size_t size, int64_t groups, int threads, const GroupOf& group_of) {
  // Each part has a table of all groups, which fewer items don't pay for.
  constexpr int64_t kItemsPerPart = int64_t{1} << 15;
  const auto n = static_cast<int64_t>(size);
  RN_CHECK(n <= std::numeric_limits<int32_t>::max(), "{} items", n);  // places and totals are int32
  const int64_t most_parts = threads > 0 ? threads : available_cores();
  const int64_t parts = std::clamp<int64_t>(n / std::max(kItemsPerPart, groups), 1, most_parts);
  const auto part_begin = [&](int64_t part) { return n * part / parts; };

  // places[part][group]: first a count, then where the part's next item of the group goes.
  std::vector<int32_t> places(parts * groups);
  parallel_for(parts, threads, [&](int64_t part) {
    int32_t* counts = places.data() + part * groups;
    for (int64_t i = part_begin(part); i < part_begin(part + 1); ++i) {
      if (const int32_t group = group_of(i); group >= 0) ++counts[group];
    }
  });
  Grouping grouping;
  grouping.begins.resize(groups + 1);
  int32_t total = 0;
  for (int64_t group = 0; group < groups; ++group) {
    grouping.begins[group] = total;
    for (int64_t part = 0; part < parts; ++part) {
      const int32_t count = places[part * groups + group];
      places[part * groups + group] = total;
      total += count;
    }
  }
  grouping.begins[groups] = total;
  grouping.items = vector_on_huge_pages<int32_t>(total);
  parallel_for(parts, threads, [&](int64_t part) {
    int32_t* next = places.data() + part * groups;
    for (int64_t i = part_begin(part); i < part_begin(part + 1); ++i) {
      const int32_t group = group_of(i);
      if (group >= 0) grouping.items[next[group]++] = static_cast<int32_t>(i);
    }
  });
  return grouping;
}

}  // namespace rn
