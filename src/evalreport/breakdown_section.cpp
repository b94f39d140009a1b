#include <fmt/format.h>

#include <algorithm>

#include "evalreport/certainty.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "report/svg_chart.h"

namespace rn::page {
namespace {

constexpr std::string_view kBreakdownHeading = "Which objects are hard";

/// One of the two charts, and how its groups are spoken of.
struct GroupedChart {
  const std::vector<BreakdownRow>& rows;
  std::string title;
  std::string_view unit;  ///< after a row's name
  std::string caption;
  std::string_view groups, group;  ///< for "compare {}", "no {}"
  std::string_view best, worst;    ///< with {} for the row
};

std::array<GroupedChart, 2> grouped_charts(const Breakdown& breakdown) {
  return {
      {{breakdown.by_size, "AP by size of the objects", " px",
        "By size: the square root of an object’s area, in pixels.", "sizes", "size",
        "Objects of {} px are found best", "those of {} px worst"},
       {breakdown.by_object_count, "AP by objects in the image", "",
        fmt::format("By the number of objects in the image. FP: false positives with a score of "
                    "{:g} or more.",
                    breakdown.score),
        "images with few and with many objects", "number of objects in an image",
        "Objects in images with {} are found best", "those in images with {} worst"}}};
}

bool is_uncertain(const BreakdownRow& row) {
  return row.objects > 0 && !is_enough(row.effective_objects);
}

bool is_without_objects(const BreakdownRow& row) { return row.high == 0; }

/// What stands after a bar.
std::string row_counts(const Breakdown& breakdown, const BreakdownRow& row) {
  const std::string images = count_of(row.images, "image", "images");
  if (row.images == 0) return is_without_objects(row) ? "no images" : "no objects";
  if (is_without_objects(row)) {
    return fmt::format("{}, {:.2f} FP each", images,
                       static_cast<double>(breakdown.false_positives_without_objects) /
                           static_cast<double>(row.images));
  }
  return count_of(row.objects, "object", "objects") + ", " + images;
}

std::string breakdown_chart(const Breakdown& breakdown, const GroupedChart& grouped,
                            double overall) {
  BarChart chart;
  chart.width = kChartWidth;
  chart.title = grouped.title;
  for (const BreakdownRow& row : grouped.rows) {
    chart.bars.push_back({row.name + std::string(grouped.unit),
                          measured(row.ap) ? row.ap : kNotDrawn, percent(row.ap),
                          row_counts(breakdown, row), 0, is_uncertain(row)});
  }
  if (measured(overall)) {
    chart.reference = overall;
    chart.reference_label = "all: " + percent(overall);
  }
  return figure(bar_chart(chart), grouped.caption);
}

std::string extreme_text(std::string_view text, const BreakdownRow& row) {
  return fmt::format("{} (AP {} of {})", fmt::format(fmt::runtime(text), row.name), percent(row.ap),
                     count_of(row.objects, "object", "objects"));
}

std::string chart_finding(const GroupedChart& grouped) {
  std::vector<const BreakdownRow*> sure;
  for (const BreakdownRow& row : grouped.rows) {
    if (measured(row.ap) && is_enough(row.effective_objects)) sure.push_back(&row);
  }
  if (sure.size() < 2) {
    return fmt::format("There are too few objects to compare {}.", grouped.groups);
  }
  const auto [low, high] = std::minmax_element(
      sure.begin(), sure.end(),
      [](const BreakdownRow* a, const BreakdownRow* b) { return a->ap < b->ap; });
  const BreakdownRow& best = **high;
  const BreakdownRow& worst = **low;
  if (!is_beyond_chance(best.ap, best.effective_objects, worst.ap, worst.effective_objects)) {
    return fmt::format("No {} stands out by more than chance may (AP {} to {}).", grouped.group,
                       percent(worst.ap), percent(best.ap));
  }
  return fmt::format("{}, {}.", extreme_text(grouped.best, best),
                     extreme_text(grouped.worst, worst));
}

std::string empty_images_finding(const Breakdown& breakdown) {
  const int64_t images = breakdown.by_object_count.front().images;
  if (images == 0) return {};
  return fmt::format(
      " In {} without objects there {} {} with a score of {:g} or more.",
      count_of(images, "image", "images"),
      breakdown.false_positives_without_objects == 1 ? "is" : "are",
      count_of(breakdown.false_positives_without_objects, "false positive", "false positives"),
      breakdown.score);
}

std::string breakdown_note(const Breakdown& breakdown) {
  std::string text =
      "AP at IoU .5 to .95, the mean over the classes that have such objects; so groups of "
      "different classes are not quite alike. " +
      chance_rule();
  const auto has_uncertain = [](const std::vector<BreakdownRow>& rows) {
    return std::any_of(rows.begin(), rows.end(), is_uncertain);
  };
  if (has_uncertain(breakdown.by_size) || has_uncertain(breakdown.by_object_count)) {
    text +=
        " Hatched: too few objects for that. As classes weigh alike in the mean, a rare one makes "
        "it uncertain, too: 1,000 objects of one class and 1 of another are worth 4 here.";
  }
  return "<p class=\"note\">" + text + "</p>\n";
}

}  // namespace

std::string breakdown_section(const EvalReportInput& input) {
  const Breakdown& breakdown = input.analysis.breakdown;
  if (input.analysis.class_table.all.positives == 0) {
    return section("breakdown", kBreakdownHeading,
                   "There are no objects." + empty_images_finding(breakdown), "");
  }
  std::string charts;
  std::string lead;
  for (const GroupedChart& grouped : grouped_charts(breakdown)) {
    charts += breakdown_chart(breakdown, grouped, input.result.stats.ap());
    lead += (lead.empty() ? "" : " ") + chart_finding(grouped);
  }
  return section("breakdown", kBreakdownHeading, lead + empty_images_finding(breakdown),
                 side_by_side(2, charts) + breakdown_note(breakdown));
}

}  // namespace rn::page
