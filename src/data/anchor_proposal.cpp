#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "data/anchor_recall.h"

namespace rn {
namespace {

constexpr size_t kMostObjects = 6000;  // that a search looks at
constexpr double kWorthIt = 0.01;      // gain of the mean recall
constexpr double kSmallestSize = 4;
constexpr int kMostRounds = 20;

/// The mean recall of the sizes that have objects and, much less, how well they are fitted: else
/// a step towards objects that are still out of reach would count for nothing.
double score_of(const std::vector<BoxOnGrid>& objects, const AnchorConfig& anchors,
                double positive_iou, double weight_of_iou) {
  const AnchorRecall recall = anchor_recall(objects, anchors, positive_iou);
  double sum = 0, sizes = 0;
  for (const RecallCount& size : recall.sizes) {
    // A size with few objects must not outweigh the others.
    const double weight = std::min(
        1.0, 20.0 * static_cast<double>(size.objects) / static_cast<double>(objects.size()));
    sum += weight * (size.recall() + weight_of_iou * size.mean_iou());
    sizes += weight;
  }
  return sizes > 0 ? sum / sizes : 1.0;
}

/// Values at evenly spaced ranks. @param sorted ascending, not empty
std::vector<double> quantiles(const std::vector<double>& sorted, size_t count) {
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i) {
    values.push_back(sorted[(2 * i + 1) * sorted.size() / (2 * count)]);
  }
  return values;
}

/// Lloyd's k-means on a line, from the quantiles on. @param sorted ascending, not empty
std::vector<double> cluster_means(const std::vector<double>& sorted, size_t count) {
  std::vector<double> means = quantiles(sorted, count);
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<double> next;
    auto begin = sorted.begin();
    for (size_t i = 0; i < count; ++i) {
      const auto end = i + 1 == count
                           ? sorted.end()
                           : std::lower_bound(begin, sorted.end(), (means[i] + means[i + 1]) / 2);
      const auto members = static_cast<double>(end - begin);
      next.push_back(members > 0 ? std::accumulate(begin, end, 0.0) / members : means[i]);
      begin = end;
    }
    if (next == means) break;
    means = std::move(next);
  }
  return means;
}

std::vector<double> exponentials(std::vector<double> values, double factor) {
  for (double& value : values) value = std::exp(value) * factor;
  return values;
}

/// Numbers that a person can read, in ascending order and apart; else nothing is tried with them.
bool make_tidy(AnchorConfig& anchors) {
  for (double& size : anchors.sizes) size = std::max(kSmallestSize, std::round(size));
  for (double& ratio : anchors.aspect_ratios) ratio = std::round(ratio * 100) / 100;
  const auto ascends = [](const std::vector<double>& values) {
    return values.front() > 0 &&
           std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
  };
  return ascends(anchors.sizes) && ascends(anchors.aspect_ratios);
}

/// The present numbers and what the objects' own suggest, in every combination.
std::vector<AnchorConfig> starting_points(const std::vector<BoxOnGrid>& objects,
                                          const AnchorConfig& present) {
  std::vector<double> sides, ratios;
  for (const BoxOnGrid& object : objects) {
    sides.push_back(std::log(object.width * object.height) / 2);
    ratios.push_back(std::log(object.height / object.width));
  }
  std::sort(sides.begin(), sides.end());
  std::sort(ratios.begin(), ratios.end());
  const auto& scales = present.scales;
  const double middle_scale =
      std::exp(std::accumulate(scales.begin(), scales.end(), 0.0,
                               [](double sum, double scale) { return sum + std::log(scale); }) /
               static_cast<double>(scales.size()));
  std::vector<std::vector<double>> size_lists = {
      exponentials(quantiles(sides, present.sizes.size()), 1 / middle_scale),
      exponentials(cluster_means(sides, present.sizes.size()), 1 / middle_scale)};
  for (double factor = 2; factor > 0.1; factor /= std::sqrt(2.0)) {
    size_lists.push_back(present.sizes);
    for (double& size : size_lists.back()) size *= factor;
  }
  std::vector<AnchorConfig> points;
  for (const auto& sizes : size_lists) {
    for (const auto& list :
         {present.aspect_ratios,
          exponentials(cluster_means(ratios, present.aspect_ratios.size()), 1)}) {
      AnchorConfig point = present;
      point.sizes = sizes;
      point.aspect_ratios = list;
      if (make_tidy(point)) points.push_back(std::move(point));
    }
  }
  return points;
}

/// The search's objects, its best anchors so far and their score.
class AnchorSearch {
 public:
  AnchorSearch(const std::vector<BoxOnGrid>& objects, AnchorConfig present, double positive_iou)
      : objects_(objects),
        positive_iou_(positive_iou),
        best_(std::move(present)),
        best_score_(score(best_)) {}

  bool try_out(const AnchorConfig& anchors) {
    const double found = score(anchors);
    if (found < best_score_ + 1e-4) return false;
    best_ = anchors;
    best_score_ = found;
    return true;
  }

  /// Moves one number at a time as long as that helps.
  void refine() {
    bool improved = true;
    for (int round = 0; round < kMostRounds && improved; ++round) {
      improved = false;
      for (auto list : {&AnchorConfig::sizes, &AnchorConfig::aspect_ratios}) {
        for (size_t i = 0; i < (best_.*list).size(); ++i) {
          for (const double factor : {0.7, 0.87, 0.95, 1.05, 1.15, 1.4}) {
            AnchorConfig moved = best_;
            (moved.*list)[i] *= factor;
            if (make_tidy(moved)) improved |= try_out(moved);
          }
        }
      }
    }
  }

  const AnchorConfig& best() const { return best_; }

 private:
  double score(const AnchorConfig& anchors) const {
    return score_of(objects_, anchors, positive_iou_, /*weight_of_iou=*/0.05);
  }

  const std::vector<BoxOnGrid>& objects_;
  double positive_iou_;
  AnchorConfig best_;
  double best_score_;
};

}  // namespace

AnchorConfig propose_anchors(const std::vector<BoxOnGrid>& all_objects, const AnchorConfig& present,
                             double positive_iou) {
  if (all_objects.empty()) return present;
  std::vector<BoxOnGrid> objects;
  const size_t step = (all_objects.size() + kMostObjects - 1) / kMostObjects;
  for (size_t i = 0; i < all_objects.size(); i += step) objects.push_back(all_objects[i]);
  AnchorSearch search(objects, present, positive_iou);
  for (const AnchorConfig& point : starting_points(objects, present)) search.try_out(point);
  search.refine();
  const auto mean_recall = [&](const AnchorConfig& anchors) {
    return score_of(objects, anchors, positive_iou, /*weight_of_iou=*/0);
  };
  return mean_recall(search.best()) >= mean_recall(present) + kWorthIt ? search.best() : present;
}

}  // namespace rn
