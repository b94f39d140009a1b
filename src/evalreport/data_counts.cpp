#include "evalreport/data_counts.h"

#include <set>
#include <vector>

#include "eval/analysis/effective_objects.h"

namespace rn::page {
namespace {

bool counts(const CocoGroundTruth::Object& object, bool class_agnostic) {
  return !object.crowd && (class_agnostic || object.counts_by_category);
}

void count_areas(const EvalReportInput& input, DataCounts& data) {
  const bool class_agnostic = input.analysis.class_agnostic;
  for (size_t a = 0; a < kAreaRanges.size(); ++a) {
    std::vector<int64_t> of_class(class_agnostic ? 1 : input.analysis.classes.size());
    for (const CocoGroundTruth::Object& object : input.ground_truth.objects()) {
      if (!counts(object, class_agnostic) || kAreaRanges[a].excludes(object.area)) continue;
      ++data.of_area[a];
      ++of_class[class_agnostic ? 0 : object.category];
    }
    data.effective_of_area[a] = effective_objects(of_class);
  }
}

}  // namespace

DataCounts count_data(const EvalReportInput& input) {
  DataCounts data;
  data.images = static_cast<int64_t>(input.ground_truth.image_ids().size());
  data.objects = input.analysis.class_table.all.positives;
  std::set<int64_t> with_objects;
  for (const CocoGroundTruth::Object& object : input.ground_truth.objects()) {
    data.crowds += object.crowd;
    if (counts(object, input.analysis.class_agnostic)) with_objects.insert(object.image);
  }
  data.images_without_objects = data.images - static_cast<int64_t>(with_objects.size());
  count_areas(input, data);
  return data;
}

}  // namespace rn::page
