#include "core/json.h"
#include "evalreport/analysis_json.h"
#include "evalreport/data_counts.h"
#include "evalreport/eval_report.h"

namespace rn {
namespace {

Json evaluated_json(const EvalReportInput& input) {
  const page::DataCounts counts = page::count_data(input);
  return {{"model", input.model_name},
          {"detections_file", input.detections_name},
          {"annotations_file", input.annotations_name},
          {"images_folder", input.images_name},
          {"compared_with", input.compared_name},
          {"date", input.date},
          {"program", input.program},
          {"images", counts.images},
          {"images_without_objects", counts.images_without_objects},
          {"objects", counts.objects},
          {"crowds", counts.crowds},
          {"categories", input.ground_truth.categories().size()},
          {"detections", input.detections},
          {"max_detections", input.result.max_detections}};
}

}  // namespace

nlohmann::ordered_json eval_json(const EvalReportInput& input) {
  Json json = {{"evaluated", evaluated_json(input)}};
  json.update(numbers_json(input.result, input.analysis.tide, input.comparison));
  json["analysis"] = analysis_json(input.analysis);
  return json;
}

}  // namespace rn
