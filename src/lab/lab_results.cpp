#include "lab/lab_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace rn {
namespace {

double measured_or_nan(double value) { return value >= 0 ? value : LabRow::kNothing; }

double rare_ap(const EvaluationEvent& evaluation, const std::vector<std::string>& rare) {
  double sum = 0;
  int64_t count = 0;
  for (size_t i = 0; i < evaluation.category_names.size(); ++i) {
    const bool is_rare =
        std::find(rare.begin(), rare.end(), evaluation.category_names[i]) != rare.end();
    if (!is_rare || !(evaluation.category_ap[i] >= 0)) continue;
    sum += evaluation.category_ap[i];
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : LabRow::kNothing;
}

/// Not every step is logged: those that are stand for the others.
double seconds_of(const std::vector<StepEvent>& steps) {
  double sum = 0;
  for (const StepEvent& step : steps) sum += step.step_seconds;
  return steps.empty() ? LabRow::kNothing
                       : sum / static_cast<double>(steps.size()) *
                             static_cast<double>(steps.back().iteration);
}

}  // namespace

void add_result(LabReport& report, LabResult result) {
  const auto place = [](const LabResult& r) {
    const auto& all = lab_variants();
    return std::find_if(all.begin(), all.end(),
                        [&](const LabVariant& v) { return v.name == r.variant.name; });
  };
  const auto after = std::find_if(report.results.begin(), report.results.end(),
                                  [&](const LabResult& r) { return place(r) > place(result); });
  report.results.insert(after, std::move(result));
}

const LossProfileEvent* last_profile(const RunHistory& history) {
  if (history.profiles.empty() || history.profiles.back().at_start) return nullptr;
  return &history.profiles.back();
}

LabRow row_of(const LabReport& report, const LabResult& result) {
  LabRow row;
  const RunHistory& history = result.history;
  row.seconds = seconds_of(history.steps);
  row.skipped_steps = std::count_if(history.steps.begin(), history.steps.end(),
                                    [](const StepEvent& step) { return step.skipped; });
  if (!result.problem.empty() || history.evaluations.empty()) return row;
  const EvaluationEvent& last = history.evaluations.back();
  row.ap = measured_or_nan(last.stats[0]);
  row.ap50 = measured_or_nan(last.stats[1]);
  row.aps = measured_or_nan(last.stats[3]);
  row.rare_ap = rare_ap(last, rare_classes(report.classes));
  if (const auto* profile = last_profile(history)) row.easy_share = profile->easy_negatives_share;
  return row;
}

std::vector<std::string> rare_classes(const std::vector<LabClass>& classes) {
  int64_t most = 0;
  const LabClass* rarest = nullptr;
  for (const LabClass& c : classes) {
    most = std::max(most, c.objects);
    if (c.objects > 0 && (rarest == nullptr || c.objects < rarest->objects)) rarest = &c;
  }
  std::vector<std::string> rare;
  for (const LabClass& c : classes) {
    if (c.objects > 0 && 10 * c.objects < most) rare.push_back(c.name);
  }
  if (rare.empty() && rarest != nullptr) rare.push_back(rarest->name);
  return rare;
}

const LabResult* best_of(const LabReport& report, bool focal) {
  const LabResult* best = nullptr;
  for (const LabResult& result : report.results) {
    if (result.variant.is_focal != focal) continue;
    const double ap = row_of(report, result).ap;
    if (std::isfinite(ap) && (best == nullptr || ap > row_of(report, *best).ap)) best = &result;
  }
  return best;
}

std::string easy_share_text(double share) {
  if (!std::isfinite(share)) return "-";
  return share < 0.01 ? fmt::format("{:.2g}", 100 * share) : fmt::format("{:.0f}", 100 * share);
}

std::string lab_finding(const LabReport& report) {
  const LabResult* focal = best_of(report, true);
  const LabResult* other = best_of(report, false);
  if (focal == nullptr || other == nullptr) {
    return "There are no two trained losses yet, a focal one and another, to be compared.";
  }
  const double ours = 100 * row_of(report, *focal).ap, theirs = 100 * row_of(report, *other).ap;
  return fmt::format(
      "The best focal loss ({}) has AP {:.1f}, the best of the others ({}) {:.1f}: {:+.1f} for the "
      "focal loss, from one run of each.",
      focal->variant.text, ours, other->variant.text, theirs, ours - theirs);
}

}  // namespace rn
