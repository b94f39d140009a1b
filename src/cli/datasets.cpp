#include "cli/datasets.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace rn {
namespace {

/// ", 3 boxes clipped", or nothing where there are none.
std::string if_any(int64_t count, const char* singular, const char* plural) {
  return count == 0 ? "" : ", " + counted(count, singular, plural);
}

}  // namespace

std::shared_ptr<const Dataset> load_and_show(const DatasetConfig& config,
                                             const DatasetPolicy& policy, const std::string& key,
                                             Screen& screen) {
  auto dataset = std::make_shared<const Dataset>(Dataset::load(config, policy, key));
  screen.print(dataset_line(*dataset, key));
  for (const std::string& warning : dataset->warnings()) screen.print("  " + warning);
  return dataset;
}

std::string dataset_line(const Dataset& dataset, const std::string& key) {
  const DatasetSummary& summary = dataset.summary();
  const auto& categories = dataset.categories();
  const auto classes = std::count_if(categories.begin(), categories.end(),
                                     [](const Category& category) { return category.is_used(); });
  return fmt::format(
      "{:<10} {}: {}, {} of {}{}{}{}{}{}", key, dataset.source(), counted(summary.images, "image"),
      counted(summary.objects, "object"), counted(classes, "class", "classes"),
      if_any(summary.empty_images, "image without objects", "images without objects"),
      if_any(summary.crowds, "crowd region", "crowd regions"),
      if_any(summary.dropped_boxes, "box left out of training", "boxes left out of training"),
      if_any(summary.clipped_boxes, "box clipped", "boxes clipped"),
      if_any(summary.tiny_boxes, "box under 2 pixels", "boxes under 2 pixels"));
}

}  // namespace rn
