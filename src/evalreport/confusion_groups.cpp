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
  for (const auto& [t, p, times] : matrix.cells) {
    if (t == k) continue;
    objects[t] += times;
    if (p == t || p == k) continue;
    confusions[t] += times;
    confusions[p] += times;
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

std::vector<ConfusionCell> confused_pairs(const ConfusionMatrix& matrix) {
  std::vector<ConfusionCell> pairs;
  for (const ConfusionCell& cell : matrix.cells) {
    const bool of_classes =
        cell.true_class != matrix.classes && cell.predicted_class != matrix.classes;
    if (of_classes && cell.true_class != cell.predicted_class) pairs.push_back(cell);
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const ConfusionCell& a, const ConfusionCell& b) {
    return a.count > b.count;
  });
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
  for (const auto& [t, p, times] : matrix.cells) {
    const bool within_rest = !whole && t != p && group_of[t] == rest && group_of[p] == rest;
    if (within_rest) continue;
    groups.counts[group_of[t] * groups.rows() + group_of[p]] += times;
  }
  return groups;
}

}  // namespace rn::page
