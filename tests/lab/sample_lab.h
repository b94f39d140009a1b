#pragma once

#include "lab/lab_results.h"

namespace rn {

/// Of a run of 10 steps of 2 s, every other one logged, whose one evaluation gives these APs.
inline RunHistory sample_history(double ap, double first_class_ap, double second_class_ap) {
  RunHistory history;
  for (int64_t iteration = 2; iteration <= 10; iteration += 2) {
    StepEvent step;
    step.iteration = iteration;
    step.step_seconds = 2;
    history.steps.push_back(step);
  }
  EvaluationEvent evaluation;
  evaluation.iteration = 10;
  evaluation.epoch = 1;
  evaluation.stats.fill(-1);
  evaluation.stats[0] = ap;
  evaluation.stats[1] = 2 * ap;
  evaluation.category_names = {"often", "<rare> & odd"};
  evaluation.category_ap = {first_class_ap, second_class_ap};
  history.evaluations = {evaluation};
  LossProfileEvent profile;
  profile.epoch = 1;
  profile.easy_negatives_share = 0.25;
  profile.negatives.loss_of_easiest.assign(kSampleShares.size(), 0.5);
  profile.negatives.p_t.assign(kProbabilityBins, 1);
  history.profiles = {profile};
  return history;
}

inline LabVariant variant_of(const std::string& name) { return chosen_variants({name}).back(); }

/// Of a run that made a step of 2 s and no evaluation.
inline RunHistory ended_history() {
  RunHistory history;
  history.steps.emplace_back();
  history.steps[0].iteration = 1;
  history.steps[0].step_seconds = 2;
  return history;
}

/// A focal loss with AP 0.3, cross entropy with 0.2 and one that failed.
inline LabReport sample_lab() {
  LabReport report;
  report.name = "scenes <1>";
  report.program = "retinanet 1";
  report.settings = {"train.epochs=1"};
  report.classes = {{"often", 1000, 500}, {"<rare> & odd", 99, 40}};
  report.results = {{variant_of("ce"), {{0, "", sample_history(0.2, 0.3, 0.1)}}},
                    {variant_of("ohem"), {{0, "error: the loss ran away", ended_history()}}},
                    {variant_of("focal_g2"), {{0, "", sample_history(0.3, 0.35, 0.25)}}}};
  return report;
}

/// The same with two more seeds: cross entropy's AP 0.24 and 0.19 (mean 0.21), the focal loss's
/// 0.32 and one that was ended.
inline LabReport repeated_lab() {
  LabReport report = sample_lab();
  add_run(report, variant_of("ce"), {2, "", sample_history(0.19, 0.3, 0.1)});
  add_run(report, variant_of("ce"), {1, "", sample_history(0.24, 0.3, 0.4)});
  add_run(report, variant_of("focal_g2"), {1, "", sample_history(0.32, 0.35, 0.25)});
  add_run(report, variant_of("focal_g2"), {2, "ended by signal 9", ended_history()});
  return report;
}

}  // namespace rn
