#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "eval/analysis_text.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "report/svg_chart.h"

namespace rn::page {
namespace {

constexpr size_t kMostClassRows = 60;

bool both_measured(const ComparedNumber& number) {
  return measured(number.a) && measured(number.b);
}

/// Without the interval where it says nothing.
ChartInterval interval_row(const std::string& name, const Comparison& comparison,
                           const ComparedNumber& number) {
  if (!both_measured(number)) return {name, kNotDrawn, kNotDrawn, kNotDrawn, std::string(kNone)};
  const bool known = is_comparable(comparison, number);
  return {name,
          known ? 100 * number.difference_interval.low : kNotDrawn,
          100 * number.difference,
          known ? 100 * number.difference_interval.high : kNotDrawn,
          signed_percent(number.difference),
          percent(number.a) + " → " + percent(number.b)};
}

/// The comparable ones, by descending difference.
std::vector<const ComparedClass*> sorted_classes(const Comparison& comparison) {
  std::vector<const ComparedClass*> rows;
  for (const ComparedClass& row : comparison.per_class) {
    if (both_measured(row.ap) && is_comparable(comparison, row.ap)) rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const ComparedClass* a, const ComparedClass* b) {
    return a->ap.difference > b->ap.difference;
  });
  return rows;
}

/// Of many classes the ends of the list: what gained most and what lost most.
std::vector<const ComparedClass*> shown_classes(std::vector<const ComparedClass*> rows) {
  if (rows.size() <= kMostClassRows) return rows;
  rows.erase(rows.begin() + kMostClassRows / 2, rows.end() - kMostClassRows / 2);
  return rows;
}

std::string plot(const Comparison& comparison, const std::vector<const ComparedClass*>& rows) {
  IntervalPlot means;
  means.title = "Difference of AP and AP50";
  means.axis = "difference in points";
  means.width = 960;
  means.intervals = {interval_row("AP", comparison, comparison.ap),
                     interval_row("AP50", comparison, comparison.ap50)};
  IntervalPlot classes = means;
  classes.title = "Difference of AP by class";
  classes.intervals.clear();
  for (const ComparedClass* row : rows) {
    classes.intervals.push_back(
        interval_row(class_name({row->id, row->name}), comparison, row->ap));
  }
  std::string out = figure(interval_plot(means), "All classes.");
  if (!rows.empty()) {
    out += figure(interval_plot(classes),
                  "AP by class, sorted by the difference. Hollow: the interval holds zero, so the "
                  "images don’t tell which is better.");
  }
  return out;
}

/// In how many classes the two differ for sure.
std::string clear_classes(const std::vector<const ComparedClass*>& rows) {
  int64_t better = 0;
  int64_t worse = 0;
  for (const ComparedClass* row : rows) {
    if (is_clear(row->ap)) ++(row->ap.difference > 0 ? better : worse);
  }
  return fmt::format(" Clearly better in {}, clearly worse in {} of {}.", better, worse,
                     count_of(static_cast<int64_t>(rows.size()), "class", "classes"));
}

/// What the intervals mean, and which classes are not shown.
std::string comparison_note(const Comparison& comparison,
                            const std::vector<const ComparedClass*>& sorted,
                            const std::vector<const ComparedClass*>& shown) {
  std::string text = fmt::format(
      "Intervals from {} over {}, paired: what another draw of images from the same source might "
      "show, not what another training would. They hold the middle {:.0f}% of the resampled "
      "differences.",
      count_of(comparison.options.resamples, "resample", "resamples"),
      count_of(comparison.images, "image", "images"), 100 * comparison.options.confidence);
  const double by_chance = (1 - comparison.options.confidence) * static_cast<double>(sorted.size());
  if (by_chance >= 0.95) {
    text += fmt::format(" Of {} classes about {:.0f} look clear by chance alone.", sorted.size(),
                        by_chance);
  }
  const auto with_objects =
      std::count_if(comparison.per_class.begin(), comparison.per_class.end(),
                    [](const ComparedClass& row) { return both_measured(row.ap); });
  const int64_t rare = with_objects - static_cast<int64_t>(sorted.size());
  if (rare > 0) {
    text += fmt::format(" {} in too few images to be compared and left out.",
                        rare == 1 ? "1 class is" : count(rare) + " classes are");
  }
  if (shown.size() < sorted.size()) {
    text +=
        fmt::format(" The {} classes in the middle are left out.", sorted.size() - shown.size());
  }
  return "<p class=\"note\">" + text + "</p>\n";
}

}  // namespace

std::string comparison_finding(const EvalReportInput& input) {
  if (input.comparison == nullptr || !both_measured(input.comparison->ap)) return {};
  const ComparedNumber& ap = input.comparison->ap;
  const std::string other =
      input.compared_name.empty()
          ? "The other result"
          : in_quotes(file_of(input.compared_name) == file_of(input.detections_name)
                          ? input.compared_name
                          : file_of(input.compared_name));
  if (!is_comparable(*input.comparison, ap)) {
    return fmt::format("{} has an AP of {}, this one {}. {}.", other, percent(ap.b), percent(ap.a),
                       too_few_images_text(ap));
  }
  const std::string interval = fmt::format(
      "{:.0f}% interval {} to {}", 100 * input.comparison->options.confidence,
      signed_percent(ap.difference_interval.low), signed_percent(ap.difference_interval.high));
  if (ap.equal == 1) return other + " has the same AP in every resample: is it the same file?";
  if (is_clear(ap)) {
    return fmt::format("{} is {} by {} AP ({}).", other, ap.difference > 0 ? "better" : "worse",
                       fmt::format("{:.1f}", 100 * std::abs(ap.difference)), interval);
  }
  return fmt::format("{} can’t be told from this one: its AP differs by {} ({}).", other,
                     signed_percent(ap.difference), interval);
}

std::string comparison_section(const EvalReportInput& input) {
  if (input.comparison == nullptr) return {};
  const Comparison& comparison = *input.comparison;
  const auto sorted = sorted_classes(comparison);
  const auto shown = shown_classes(sorted);
  std::string lead = comparison_finding(input);
  if (lead.empty()) lead = "There are no objects to compare the two on.";
  if (!sorted.empty()) lead += clear_classes(sorted);
  return section("comparison", "Compared with another result", lead,
                 plot(comparison, shown) + comparison_note(comparison, sorted, shown));
}

}  // namespace rn::page
