#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "runreport/run_report.h"

namespace rn {

inline std::vector<std::string> class_names(size_t number) {
  std::vector<std::string> names;
  for (size_t i = 0; i < number; ++i) names.push_back(fmt::format("class {}", i));
  return names;
}

/// Of a loss whose positives have 2 samples and whose negatives 8: half of the negatives' loss
/// comes from the hardest tenth.
inline LossProfileEvent sample_profile(int64_t epoch, int64_t iteration) {
  LossProfileEvent event;
  event.epoch = epoch;
  event.iteration = iteration;
  event.at_start = epoch == 0;
  event.images = 4;
  event.positives = {.samples = 2, .loss = 3, .loss_of_easiest = {}, .p_t = {}};
  event.negatives = {.samples = 8, .loss = 1, .loss_of_easiest = {}, .p_t = {}};
  for (const double share : kSampleShares) {
    event.positives.loss_of_easiest.push_back(share);
    event.negatives.loss_of_easiest.push_back(share < 0.9 ? share / 1.8 : 0.5 + (share - 0.9) * 5);
  }
  event.positives.p_t.resize(kProbabilityBins);
  event.negatives.p_t.resize(kProbabilityBins);
  event.positives.p_t[probability_bin(0)] = 2;
  event.negatives.p_t[probability_bin(4)] = 8;
  event.easy_negatives_share = 0.2;
  event.level_positives = {1, 1, 0.5, 0.5, 0};
  event.level_negatives = {0.5, 0.25, 0.125, 0.125, 0};
  return event;
}

/// 10 steps an epoch, an evaluation after each.
inline RunHistory sample_history(const std::vector<std::string>& names, int64_t epochs) {
  RunHistory history;
  history.profiles.push_back(sample_profile(0, 1));
  for (int64_t i = 1; i <= 10 * epochs; ++i) {
    StepEvent step;
    step.iteration = i;
    step.epoch = (i + 9) / 10;
    step.images = 4;
    step.loss_cls = 1.0 / static_cast<double>(i);
    step.loss_box = 0.5;
    step.learning_rate = 0.01;
    step.grad_norm = 2;
    step.step_seconds = 0.5;
    step.data_seconds = 0.125;
    history.steps.push_back(step);
    if (i % 10 != 0) continue;
    EvaluationEvent evaluation;
    evaluation.iteration = i;
    evaluation.epoch = step.epoch;
    evaluation.stats.fill(0.1 * static_cast<double>(step.epoch));
    evaluation.category_names = names;
    for (size_t c = 0; c < names.size(); ++c) {
      evaluation.category_ap.push_back(static_cast<double>(c) / static_cast<double>(names.size()));
    }
    evaluation.is_best = true;
    evaluation.best_ap = evaluation.stats[0];
    evaluation.best_epoch = step.epoch;
    history.evaluations.push_back(evaluation);
    history.profiles.push_back(sample_profile(step.epoch, i));
  }
  return history;
}

inline DataFacts sample_facts(const std::vector<std::string>& names) {
  DataFacts facts;
  facts.images = 12;
  facts.empty_images = 2;
  for (const std::string& name : names) {
    facts.classes.push_back({name, static_cast<int64_t>(facts.classes.size()) + 1, 1});
    facts.objects += facts.classes.back().objects;
  }
  facts.images_by_objects = {2, 5, 5};
  facts.sizes = {.low = 3, .width = 0.25, .objects = {4, 6}, .reached = {1, 6}};
  facts.ratios = {.low = -1, .width = 0.25, .objects = {4, 6}, .reached = {1, 6}};
  facts.reached = facts.objects;
  return facts;
}

/// A run of 12 epochs; the history and what else is given must outlive it.
inline RunReportInput sample_input(const RunHistory& history) {
  RunReportInput input{.history = history,
                       .state = {},
                       .name = "shapes",
                       .folder = "runs/shapes",
                       .model = "resnet18, 11.8 M parameters",
                       .device = "cpu",
                       .loss = "focal, gamma 2, alpha 0.25",
                       .date = "2 May 2026",
                       .program = "retinanet 0.1",
                       .config = "{\n  \"seed\": 0\n}\n"};
  input.anchors = {0.5, 4, 8, -1, 1};
  input.state.iterations = 120;
  input.state.epochs = 12;
  if (history.evaluations.empty()) return input;
  const EvaluationEvent& last = history.evaluations.back();
  input.state.iteration = last.iteration;
  input.state.epoch = last.epoch;
  input.state.best_ap = last.best_ap;
  input.state.best_epoch = last.best_epoch;
  return input;
}

}  // namespace rn
