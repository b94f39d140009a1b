#include "lab/lab_json.h"

#include "core/json.h"

namespace rn {
namespace {

void add_numbers(Json& json, const LabRow& row) {
  json["AP"] = row.ap;
  json["AP50"] = row.ap50;
  json["APs"] = row.aps;
  json["AP_rare"] = row.rare_ap;
  json["easy_negatives_share"] = row.easy_share;
  json["training_seconds"] = row.seconds;
}

Json json_of(const LabReport& report, const LabRun& run) {
  Json json = {{"seed", run.seed}, {"problem", run.problem}, {"skipped_steps", skipped_steps(run)}};
  add_numbers(json, row_of(report, run));
  if (!run.problem.empty() || run.history.evaluations.empty()) return json;
  const EvaluationEvent& last = run.history.evaluations.back();
  json["stats"] = last.stats;
  json["per_category"] = Json::array();
  for (size_t i = 0; i < last.category_names.size(); ++i) {
    json["per_category"].push_back({{"name", last.category_names[i]}, {"AP", last.category_ap[i]}});
  }
  for (const EvaluationEvent& evaluation : run.history.evaluations) {
    json["evaluations"].push_back({{"iteration", evaluation.iteration},
                                   {"epoch", evaluation.epoch},
                                   {"AP", evaluation.stats[0]},
                                   {"AP50", evaluation.stats[1]}});
  }
  if (const LossProfileEvent* profile = last_profile(run.history)) {
    json["sample_shares"] = kSampleShares;
    json["loss_of_easiest"] = {{"positives", profile->positives.loss_of_easiest},
                               {"negatives", profile->negatives.loss_of_easiest}};
  }
  return json;
}

Json json_of(const LabReport& report, const LabResult& result) {
  Json json = {{"name", result.variant.name},
               {"loss", result.variant.text},
               {"settings", result.variant.settings},
               {"same_as", result.variant.same_as},
               {"runs", Json::array()}};
  const LabRow mean = row_of(report, result);
  add_numbers(json, mean);
  json["AP_deviation"] = mean.ap_deviation;
  for (const LabRun& run : result.runs) json["runs"].push_back(json_of(report, run));
  return json;
}

}  // namespace

Json lab_json(const LabReport& report) {
  Json json = {{"name", report.name},
               {"program", report.program},
               {"settings", report.settings},
               {"classes", Json::array()},
               {"rare_classes", rare_classes(report.classes)},
               {"finding", lab_finding(report)},
               {"variants", Json::array()}};
  for (const LabClass& c : report.classes) {
    json["classes"].push_back({{"name", c.name}, {"objects", c.objects}});
  }
  for (const LabResult& result : report.results)
    json["variants"].push_back(json_of(report, result));
  return json;
}

}  // namespace rn
