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

std::string with_end(const std::string& text, const char* end) {
  return text.empty() ? "" : text + end;
}

std::string notes(const LabReport& report, const char* bullet) {
  const std::vector<std::string> rare = rare_classes(report.classes);
  std::string text = fmt::format(
      "{0}AP in per cent, of the last evaluation; AP rare: mean over {1} (under a tenth of the "
      "most frequent class's objects, or the rarest)\n"
      "{0}easy %: what the easiest 99 % of the negatives make of the classification loss at the "
      "end; time: of the training steps\n{2}",
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
      for (const std::string& problem : problems_of(result)) text += bullet + problem + "\n";
    }
  }
  return text;
}

}  // namespace

std::string lab_table(const LabReport& report, size_t max_width) {
  TextTable table(column_names(report));
  for (const LabResult& result : report.results) table.add_row(cells(report, result));
  return table.text(max_width) + notes(report, "") + lab_finding(report) + "\n" +
         with_end(chance_text(report), "\n");
}

std::string lab_markdown(const LabReport& report) {
  const std::vector<std::string> names = column_names(report);
  std::string text = "| " + join(names, " | ") + " |\n|";
  for (size_t i = 0; i < names.size(); ++i) text += "---|";
  text += "\n";
  for (const LabResult& result : report.results) {
    text += "| " + join(cells(report, result), " | ") + " |\n";
  }
  return text + "\n" + lab_finding(report) + "\n\n" + with_end(chance_text(report), "\n\n") +
         notes(report, "- ");
}

}  // namespace rn
