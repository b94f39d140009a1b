#include "lab/lab_table.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"
#include "report/text_table.h"
#include "report/units.h"

namespace rn {
namespace {

std::string per_cent(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f}", 100 * share) : "-";
}

std::vector<std::string> column_names(const LabReport& report) {
  std::vector<std::string> names = {"loss", "AP", "AP50", "APs", "AP rare", "easy %", "time"};
  if (has_repeats(report)) names.insert(names.begin() + 2, {"±", "runs"});
  return names;
}

std::vector<std::string> cells(const LabReport& report, const LabResult& result) {
  const LabRow row = row_of(report, result);
  std::vector<std::string> texts = {
      result.variant.name,       first_done(result) == nullptr ? "failed" : per_cent(row.ap),
      per_cent(row.ap50),        per_cent(row.aps),
      per_cent(row.rare_ap),     easy_share_text(row.easy_share),
      duration_text(row.seconds)};
  if (has_repeats(report)) {
    texts.insert(texts.begin() + 2, {per_cent(row.ap_deviation), std::to_string(row.runs)});
  }
  return texts;
}

/// What went wrong in a variant's runs.
std::string problems_of(const LabResult& result, const char* bullet) {
  std::string text;
  for (const LabRun& run : result.runs) {
    const std::string name = result.runs.size() > 1
                                 ? fmt::format("{}, seed {}", result.variant.name, run.seed)
                                 : result.variant.name;
    if (!run.problem.empty()) text += fmt::format("{}{}: {}\n", bullet, name, run.problem);
    if (const int64_t skipped = skipped_steps(run); skipped > 0) {
      text += fmt::format("{}{}: {} without a finite loss or gradient skipped\n", bullet, name,
                          counted(skipped, "step"));
    }
  }
  return text;
}

std::string notes(const LabReport& report, const char* bullet) {
  const std::vector<std::string> rare = rare_classes(report.classes);
  std::string text = fmt::format(
      "{0}AP in per cent, of the last evaluation; AP rare: mean over {1} (under a tenth of the "
      "most frequent class's objects, or the rarest)\n"
      "{0}easy %: what the easiest 99 % of the negatives make of the classification loss at the "
      "end\n{2}",
      bullet, rare.empty() ? "no class" : join(rare),
      has_repeats(report) ? fmt::format("{}means over the runs, which have different seeds; ±: "
                                        "standard deviation of a run's AP\n",
                                        bullet)
                          : "");
  for (const LabResult& result : report.results) {
    if (!result.variant.same_as.empty()) {
      text += fmt::format("{}{} is the same function as {}: trained once\n", bullet,
                          result.variant.name, result.variant.same_as);
    } else {
      text += problems_of(result, bullet);
    }
  }
  return text;
}

}  // namespace

std::string lab_table(const LabReport& report, size_t max_width) {
  TextTable table(column_names(report));
  for (const LabResult& result : report.results) table.add_row(cells(report, result));
  return table.text(max_width) + notes(report, "") + lab_finding(report) + "\n";
}

std::string lab_markdown(const LabReport& report) {
  const std::vector<std::string> names = column_names(report);
  std::string text = "| " + join(names, " | ") + " |\n|";
  for (size_t i = 0; i < names.size(); ++i) text += "---|";
  text += "\n";
  for (const LabResult& result : report.results) {
    text += "| " + join(cells(report, result), " | ") + " |\n";
  }
  return text + "\n" + lab_finding(report) + "\n\n" + notes(report, "- ");
}

}  // namespace rn
