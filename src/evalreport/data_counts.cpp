#include "evalreport/data_counts.h"

#include <set>

namespace rn::page {

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
  return counts;
}

}  // namespace rn::page
