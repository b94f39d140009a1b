#include "evalreport/data_counts.h"

#include <set>
#include <vector>

#include "eval/analysis/effective_objects.h"

namespace rn::page {
namespace {

void count_areas(const EvalReportInput& input, DataCounts& counts) {
  const bool class_agnostic = input.analysis.class_agnostic;
  for (size_t a = 0; a < kAreaRanges.size(); ++a) {
    std::vector<int64_t> of_class(class_agnostic ? 1 : input.analysis.classes.size());
    for (const CocoGroundTruth::Object& object : input.ground_truth.objects()) {
      const bool counted = !object.crowd && (class_agnostic || object.counts_by_category);
      if (!counted || kAreaRanges[a].excludes(object.area)) continue;
      ++counts.of_area[a];
      ++of_class[class_agnostic ? 0 : object.category];
    }
    counts.effective_of_area[a] = effective_objects(of_class);
  }
}

}  // namespace

DataCounts count_data(const EvalReportInput& input) {
  DataCounts counts;
  counts.images = static_cast<int64_t>(input.ground_truth.image_ids().size());
  counts.objects = input.analysis.class_table.all.positives;
  std::set<int64_t> with_objects;
  for (const CocoGroundTruth::Object& object : input.ground_truth.objects()) {
    counts.crowds += object.crowd;
    with_objects.insert(object.image);
  }
  counts.images_without_objects = counts.images - static_cast<int64_t>(with_objects.size());
  count_areas(input, counts);
  return counts;
}

}  // namespace rn::page
