#include "eval/grouping.h"

#include <algorithm>

#include "core/parallel.h"

namespace rn {
namespace {

/// Fewer than these for each group don't pay for a table of the group's counts in each part.
constexpr int64_t kItemsPerPart = int64_t{1} << 15;

}  // namespace

Grouping group_items(std::span<const int32_t> group_of, int64_t groups, int threads) {
  const auto n = static_cast<int64_t>(group_of.size());
  const int64_t most_parts = threads > 0 ? threads : available_cores();
  const int64_t parts = std::clamp<int64_t>(n / std::max(kItemsPerPart, groups), 1, most_parts);
  const auto part_begin = [&](int64_t part) { return n * part / parts; };

  // places[part][group]: first a count, then where the part's next item of the group goes.
  std::vector<int32_t> places(parts * groups);
  parallel_for(parts, threads, [&](int64_t part) {
    int32_t* counts = places.data() + part * groups;
    for (int64_t i = part_begin(part); i < part_begin(part + 1); ++i) {
      if (group_of[i] >= 0) ++counts[group_of[i]];
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
  grouping.items.resize(total);
  parallel_for(parts, threads, [&](int64_t part) {
    int32_t* next = places.data() + part * groups;
    for (int64_t i = part_begin(part); i < part_begin(part + 1); ++i) {
      if (group_of[i] >= 0) grouping.items[next[group_of[i]]++] = static_cast<int32_t>(i);
    }
  });
  return grouping;
}

}  // namespace rn
