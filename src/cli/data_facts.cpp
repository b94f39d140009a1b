#include "cli/data_facts.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "boxes/anchor_reach.h"
#include "data/anchor_recall.h"

namespace rn {
namespace {

constexpr double kSizeBin = 0.25;  ///< octaves
constexpr double kRatioBin = 0.25;

struct Measured {
  double value;
  bool is_reached;
};

ReachHistogram histogram(const std::vector<Measured>& objects, double width) {
  ReachHistogram counts;
  counts.width = width;
  if (objects.empty()) return counts;
  const auto [least, most] =
      std::minmax_element(objects.begin(), objects.end(),
                          [](const Measured& a, const Measured& b) { return a.value < b.value; });
  const double first = std::floor(least->value / width);
  const auto bins = static_cast<size_t>(std::floor(most->value / width) - first) + 1;
  counts.low = first * width;
  counts.objects.resize(bins);
  counts.reached.resize(bins);
  for (const Measured& object : objects) {
    const auto bin = static_cast<size_t>(std::floor(object.value / width) - first);
    ++counts.objects[bin];
    counts.reached[bin] += object.is_reached ? 1 : 0;
  }
  return counts;
}

void count_classes(const Dataset& dataset, DataFacts& facts) {
  std::vector<int64_t> objects(static_cast<size_t>(dataset.num_classes()));
  std::vector<int64_t> images(objects.size());
  for (const LabelledImage& image : dataset.images()) {
    const size_t count = image.objects.labels.size();
    if (facts.images_by_objects.size() <= count) facts.images_by_objects.resize(count + 1);
    ++facts.images_by_objects[count];
    for (const int64_t label : image.objects.labels) ++objects[static_cast<size_t>(label)];
    const std::set<int64_t> present(image.objects.labels.begin(), image.objects.labels.end());
    for (const int64_t label : present) ++images[static_cast<size_t>(label)];
  }
  for (size_t i = 0; i < objects.size(); ++i) {
    const Category& category = dataset.categories()[i];
    if (category.is_used()) facts.classes.push_back({category.name, objects[i], images[i]});
  }
}

}  // namespace

DataFacts data_facts(const Dataset& dataset, const DataConfig& config, const AnchorConfig& anchors,
                     double positive_iou) {
  const DatasetSummary& summary = dataset.summary();
  DataFacts facts;
  facts.source = dataset.source();
  facts.images = summary.images;
  facts.empty_images = summary.empty_images;
  facts.objects = summary.objects;
  facts.crowds = summary.crowds;
  facts.dropped_boxes = summary.dropped_boxes;
  count_classes(dataset, facts);

  const AnchorShapes shapes(anchors);
  std::vector<Measured> sizes, ratios;
  for (const BoxOnGrid& box :
       objects_on_grid(dataset, config, config.augment.short_sides, anchors)) {
    const bool is_reached = shapes.best_iou(box) >= positive_iou;
    facts.reached += is_reached ? 1 : 0;
    sizes.push_back({std::log2(std::sqrt(box.width * box.height)), is_reached});
    ratios.push_back({std::log2(box.height / box.width), is_reached});
  }
  const auto is_unusable = [](const Measured& m) { return !std::isfinite(m.value); };
  std::erase_if(sizes, is_unusable);
  std::erase_if(ratios, is_unusable);
  facts.sizes = histogram(sizes, kSizeBin);
  facts.ratios = histogram(ratios, kRatioBin);
  return facts;
}

AnchorFacts anchor_facts(const AnchorConfig& anchors, double positive_iou) {
  const auto ends = [](const std::vector<double>& values) {
    return std::minmax_element(values.begin(), values.end());
  };
  const auto [small, large] = ends(anchors.sizes);
  const auto [finest, coarsest] = ends(anchors.scales);
  const auto [wide, tall] = ends(anchors.aspect_ratios);
  return {positive_iou, std::log2(*small * *finest), std::log2(*large * *coarsest),
          std::log2(*wide), std::log2(*tall)};
}

}  // namespace rn
