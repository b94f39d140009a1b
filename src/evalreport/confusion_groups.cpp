#include "evalreport/confusion_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace rn::page {
namespace {

/// How often each class is confused with another, then how many objects it has.
std::vector<int64_t> most_confused(const ConfusionMatrix& matrix, int64_t number) {
  const int64_t k = matrix.classes;
  std::vector<int64_t> confusions(k), objects(k);
  for (int64_t t = 0; t < k; ++t) {
    for (int64_t p = 0; p <= k; ++p) {
      objects[t] += matrix.at(t, p);
      if (p == t || p == k) continue;
      confusions[t] += matrix.at(t, p);
      confusions[p] += matrix.at(t, p);
    }
  }
  std::vector<int64_t> order(k);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return confusions[a] != confusions[b] ? confusions[a] > confusions[b] : objects[a] > objects[b];
  });
  order.resize(std::min(number, k));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace

std::vector<ConfusedPair> confused_pairs(const ConfusionMatrix& matrix) {
  std::vector<ConfusedPair> pairs;
  for (int64_t t = 0; t < matrix.classes; ++t) {
    for (int64_t p = 0; p < matrix.classes; ++p) {
      if (t != p && matrix.at(t, p) > 0) pairs.push_back({t, p, matrix.at(t, p)});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const ConfusedPair& a, const ConfusedPair& b) { return a.count > b.count; });
  return pairs;
}

ConfusionGroups confusion_groups(const ConfusionMatrix& matrix,
                                 const std::vector<std::string>& names, int64_t most) {
  const int64_t k = matrix.classes;
  const bool whole = k <= most;
  const std::vector<int64_t> shown = most_confused(matrix, whole ? k : most - 1);
  ConfusionGroups groups;
  for (const int64_t index : shown) groups.names.push_back(names.at(index));
  const size_t rest = groups.names.size();
  if (!whole) groups.names.push_back(fmt::format("{} other classes", k - (most - 1)));
  groups.names.emplace_back("background");
  std::vector<size_t> group_of(k + 1, rest);
  for (size_t i = 0; i < shown.size(); ++i) group_of[shown[i]] = i;
  group_of[k] = groups.rows() - 1;
  groups.counts.assign(groups.rows() * groups.rows(), 0);
  for (int64_t t = 0; t <= k; ++t) {
    for (int64_t p = 0; p <= k; ++p) {
      const bool within_rest = !whole && t != p && group_of[t] == rest && group_of[p] == rest;
      if (within_rest) continue;
      groups.counts[group_of[t] * groups.rows() + group_of[p]] += matrix.at(t, p);
    }
  }
  return groups;
}

}  // namespace rn::page
