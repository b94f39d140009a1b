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

const std::vector<std::string>& header() {
  static const std::vector<std::string> names = {"loss",    "AP",     "AP50", "APs",
                                                 "AP rare", "easy %", "time"};
  return names;
}

std::vector<std::string> cells(const LabReport& report, const LabResult& result) {
  const LabRow row = row_of(report, result);
  return {result.variant.name,       result.problem.empty() ? per_cent(row.ap) : "failed",
          per_cent(row.ap50),        per_cent(row.aps),
          per_cent(row.rare_ap),     easy_share_text(row.easy_share),
          duration_text(row.seconds)};
}

std::string notes(const LabReport& report, const char* bullet) {
  const std::vector<std::string> rare = rare_classes(report.classes);
  std::string text = fmt::format(
      "{0}AP in per cent, of the last evaluation; AP rare: mean over {1} (under a tenth of the "
      "most "
      "frequent class's objects, or the rarest)\n"
      "{0}easy %: what the easiest 99 % of the negatives make of the classification loss at the "
      "end\n",
      bullet, rare.empty() ? "no class" : join(rare));
  for (const LabResult& result : report.results) {
    if (!result.variant.same_as.empty()) {
      text += fmt::format("{}{} is the same function as {}: one run\n", bullet, result.variant.name,
                          result.variant.same_as);
    }
    if (!result.problem.empty()) {
      text += fmt::format("{}{}: {}\n", bullet, result.variant.name, result.problem);
    }
    if (const auto skipped = row_of(report, result).skipped_steps; skipped > 0) {
      text += fmt::format("{}{}: {} without a finite loss or gradient skipped\n", bullet,
                          result.variant.name, counted(skipped, "step"));
    }
  }
  return text;
}

}  // namespace

std::string lab_table(const LabReport& report, size_t max_width) {
  TextTable table(header());
  for (const LabResult& result : report.results) table.add_row(cells(report, result));
  return table.text(max_width) + notes(report, "") + lab_finding(report) + "\n";
}

std::string lab_markdown(const LabReport& report) {
  std::string text = "| " + join(header(), " | ") + " |\n|---|---|---|---|---|---|---|\n";
  for (const LabResult& result : report.results) {
    text += "| " + join(cells(report, result), " | ") + " |\n";
  }
  return text + "\n" + lab_finding(report) + "\n\n" + notes(report, "- ");
}

}  // namespace rn
