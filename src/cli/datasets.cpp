#include "cli/datasets.h"

#include <fmt/format.h>

#include <algorithm>

namespace rn {
namespace {

/// ", 3 <what>", or nothing where there are none.
std::string counted(int64_t count, const char* what) {
  return count == 0 ? "" : fmt::format(", {} {}", count, what);
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
  return fmt::format("{:<10} {}: {} images, {} objects of {} classes{}{}{}{}{}", key,
                     dataset.source(), summary.images, summary.objects, classes,
                     counted(summary.empty_images, "images without objects"),
                     counted(summary.crowds, "crowd regions"),
                     counted(summary.dropped_boxes, "boxes left out of training"),
                     counted(summary.clipped_boxes, "boxes clipped"),
                     counted(summary.tiny_boxes, "boxes under 2 pixels"));
}

}  // namespace rn
