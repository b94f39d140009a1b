#include "lab/lab_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/text.h"
#include "report/units.h"

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

size_t place_of(const LabVariant& variant) {
  const auto& all = lab_variants();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const LabVariant& v) { return v.name == variant.name; });
  return static_cast<size_t>(found - all.begin());
}

/// Over the rows that have a number there.
double mean_of(const std::vector<LabRow>& rows, double LabRow::*field) {
  double sum = 0;
  int64_t count = 0;
  for (const LabRow& row : rows) {
    if (!std::isfinite(row.*field)) continue;
    sum += row.*field;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : LabRow::kNothing;
}

/// Of the population that the rows are a sample of.
double deviation_of_ap(const std::vector<LabRow>& rows, double mean, int64_t count) {
  if (count < 2) return LabRow::kNothing;
  double squares = 0;
  for (const LabRow& row : rows) {
    if (std::isfinite(row.ap)) squares += (row.ap - mean) * (row.ap - mean);
  }
  return std::sqrt(squares / static_cast<double>(count - 1));
}

}  // namespace

void add_run(LabReport& report, const LabVariant& variant, LabRun run) {
  auto result = std::find_if(report.results.begin(), report.results.end(), [&](const auto& r) {
    return place_of(r.variant) >= place_of(variant);
  });
  if (result == report.results.end() || result->variant.name != variant.name) {
    result = report.results.insert(result, {variant, {}});
  }
  const auto after = std::find_if(result->runs.begin(), result->runs.end(),
                                  [&](const LabRun& r) { return r.seed > run.seed; });
  result->runs.insert(after, std::move(run));
}

const LabRun* run_of(const LabReport& report, const std::string& variant, int64_t seed) {
  for (const LabResult& result : report.results) {
    if (result.variant.name != variant) continue;
    for (const LabRun& run : result.runs) {
      if (run.seed == seed) return &run;
    }
  }
  return nullptr;
}

const LossProfileEvent* last_profile(const RunHistory& history) {
  if (history.profiles.empty() || history.profiles.back().at_start) return nullptr;
  return &history.profiles.back();
}

LabRow row_of(const LabReport& report, const LabRun& run) {
  LabRow row;
  const RunHistory& history = run.history;
  if (!run.problem.empty()) return row;
  row.seconds = seconds_of(history.steps);
  if (history.evaluations.empty()) return row;
  const EvaluationEvent& last = history.evaluations.back();
  row.ap = measured_or_nan(last.stats[0]);
  row.ap50 = measured_or_nan(last.stats[1]);
  row.aps = measured_or_nan(last.stats[3]);
  row.rare_ap = rare_ap(last, rare_classes(report.classes));
  if (const auto* profile = last_profile(history)) row.easy_share = profile->easy_negatives_share;
  row.runs = std::isfinite(row.ap) ? 1 : 0;
  return row;
}

LabRow row_of(const LabReport& report, const LabResult& result) {
  std::vector<LabRow> rows;
  for (const LabRun& run : result.runs) rows.push_back(row_of(report, run));
  LabRow mean;
  for (const auto field : {&LabRow::ap, &LabRow::ap50, &LabRow::aps, &LabRow::rare_ap,
                           &LabRow::easy_share, &LabRow::seconds}) {
    mean.*field = mean_of(rows, field);
  }
  for (const LabRow& row : rows) mean.runs += row.runs;
  mean.ap_deviation = deviation_of_ap(rows, mean.ap, mean.runs);
  return mean;
}

const LabRun* first_done(const LabResult& result) {
  for (const LabRun& run : result.runs) {
    if (run.problem.empty()) return &run;
  }
  return nullptr;
}

std::vector<LabPoint> ap_while_training(const LabResult& result) {
  std::map<int64_t, std::pair<LabPoint, int64_t>> sums;  // by iteration; with how many
  for (const LabRun& run : result.runs) {
    if (!run.problem.empty()) continue;
    for (const EvaluationEvent& evaluation : run.history.evaluations) {
      auto& [point, count] = sums[evaluation.iteration];
      point.epoch = static_cast<double>(evaluation.epoch);
      const double ap = measured_or_nan(evaluation.stats[0]);
      point.ap = count == 0 ? ap : point.ap + ap;
      ++count;
    }
  }
  std::vector<LabPoint> points;
  for (const auto& [iteration, sum] : sums) {
    points.push_back({sum.first.epoch, sum.first.ap / static_cast<double>(sum.second)});
  }
  return points;
}

int64_t skipped_steps(const LabRun& run) {
  return std::count_if(run.history.steps.begin(), run.history.steps.end(),
                       [](const StepEvent& step) { return step.skipped; });
}

std::vector<std::string> problems_of(const LabResult& result) {
  std::vector<std::string> problems;
  for (const LabRun& run : result.runs) {
    const std::string name = result.runs.size() > 1
                                 ? fmt::format("{}, seed {}", result.variant.name, run.seed)
                                 : result.variant.name;
    if (!run.problem.empty()) problems.push_back(fmt::format("{}: {}", name, run.problem));
    if (const int64_t skipped = skipped_steps(run); skipped > 0) {
      problems.push_back(fmt::format("{}: {} without a finite loss or gradient skipped", name,
                                     counted(skipped, "step")));
    }
  }
  return problems;
}

bool has_repeats(const LabReport& report) {
  return std::any_of(report.results.begin(), report.results.end(),
                     [](const LabResult& result) { return result.runs.size() > 1; });
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
  LabRow best_row;
  for (const LabResult& result : report.results) {
    if (result.variant.is_focal != focal) continue;
    const LabRow row = row_of(report, result);
    if (!std::isfinite(row.ap)) continue;
    const bool is_repeated = row.runs > 1, best_is_repeated = best_row.runs > 1;
    const bool is_better = is_repeated == best_is_repeated ? row.ap > best_row.ap : is_repeated;
    if (best != nullptr && !is_better) continue;
    best = &result;
    best_row = row;
  }
  return best;
}

std::string easy_share_text(double share) {
  return std::isfinite(share) ? small_share_text(share) : "-";
}

std::string ap_text(const LabRow& row) {
  if (!std::isfinite(row.ap)) return "-";
  const std::string ap = fmt::format("{:.1f}", 100 * row.ap);
  return std::isfinite(row.ap_deviation) ? fmt::format("{} ±{:.1f}", ap, 100 * row.ap_deviation)
                                         : ap;
}

std::string chance_text(const LabReport& report) {
  constexpr int64_t kFew = 200, kFewRare = 30;
  const std::vector<std::string> rare = rare_classes(report.classes);
  int64_t all = 0, of_rare = 0;
  for (const LabClass& c : report.classes) {
    all += c.val_objects;
    if (std::find(rare.begin(), rare.end(), c.name) != rare.end()) of_rare += c.val_objects;
  }
  if (all < kFew) {
    return fmt::format(
        "There are only {} to validate on: differences of a few points may be chance.",
        counted(all, "object"));
  }
  if (of_rare < kFewRare) {
    return fmt::format(
        "There are only {} of the rare classes to validate on: AP rare tells little.",
        counted(of_rare, "object"));
  }
  return {};
}

std::string lab_finding(const LabReport& report) {
  const LabResult* focal = best_of(report, true);
  const LabResult* other = best_of(report, false);
  if (focal == nullptr || other == nullptr) {
    return "There are no two trained losses yet, a focal one and another, to be compared.";
  }
  const LabRow ours = row_of(report, *focal), theirs = row_of(report, *other);
  const auto variance = [](const LabRow& row) {  // of the mean
    return row.ap_deviation * row.ap_deviation / static_cast<double>(row.runs);
  };
  const double error = std::sqrt(variance(ours) + variance(theirs));
  const std::string runs = ours.runs != theirs.runs
                               ? fmt::format("{} and {} runs", ours.runs, theirs.runs)
                           : ours.runs == 1 ? "one run of each"
                                            : fmt::format("{} runs of each", ours.runs);
  return fmt::format(
      "The best focal loss ({}) has AP {:.1f}, the best of the others ({}) {:.1f}: {:+.1f}{} for "
      "the focal loss, from {}.",
      focal->variant.text, 100 * ours.ap, other->variant.text, 100 * theirs.ap,
      100 * (ours.ap - theirs.ap),
      std::isfinite(error) ? fmt::format(" (standard error {:.1f})", 100 * error) : "", runs);
}

}  // namespace rn
