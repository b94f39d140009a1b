#include <fmt/format.h>

#include <algorithm>

#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "report/svg_chart.h"

namespace rn::page {
namespace {

constexpr std::string_view kBreakdownHeading = "Which objects are hard";

std::string breakdown_chart(const std::vector<BreakdownRow>& rows, double overall,
                            std::string title, std::string_view unit, std::string_view caption) {
  BarChart chart;
  chart.title = std::move(title);
  for (const BreakdownRow& row : rows) {
    chart.bars.push_back(
        {row.name + std::string(unit), measured(row.ap) ? row.ap : kNotDrawn, percent(row.ap),
         row.objects == 0 ? "no objects"
                          : fmt::format("{}, {}", count_of(row.objects, "object", "objects"),
                                        count_of(row.images, "image", "images")),
         0});
  }
  if (measured(overall)) {
    chart.reference = overall;
    chart.reference_label = "all: " + percent(overall);
  }
  return figure(bar_chart(chart), caption);
}

/// The best or the worst of those with enough objects to say so.
const BreakdownRow* extreme(const std::vector<BreakdownRow>& rows, bool best) {
  constexpr int64_t kEnough = 20;
  const BreakdownRow* found = nullptr;
  for (const BreakdownRow& row : rows) {
    if (!measured(row.ap) || row.objects < kEnough) continue;
    if (found == nullptr || (best ? row.ap > found->ap : row.ap < found->ap)) found = &row;
  }
  return found;
}

std::string breakdown_finding(const Breakdown& breakdown) {
  std::vector<std::string> parts;
  const BreakdownRow* best = extreme(breakdown.by_size, true);
  const BreakdownRow* worst = extreme(breakdown.by_size, false);
  if (best != nullptr && best != worst) {
    parts.push_back(
        fmt::format("Objects of {} px are found best (AP {}), those of {} px worst "
                    "({}).",
                    best->name, percent(best->ap), worst->name, percent(worst->ap)));
  }
  best = extreme(breakdown.by_object_count, true);
  worst = extreme(breakdown.by_object_count, false);
  if (best != nullptr && best != worst) {
    parts.push_back(
        fmt::format("Images with {} {} are easiest (AP {}), those with {} hardest "
                    "({}).",
                    best->name, best->name == "1" ? "object" : "objects", percent(best->ap),
                    worst->name, percent(worst->ap)));
  }
  if (parts.empty()) return "There are too few objects to tell groups of them apart.";
  return parts.size() == 1 ? parts[0] : parts[0] + " " + parts[1];
}

}  // namespace

std::string breakdown_section(const EvalReportInput& input) {
  const Breakdown& breakdown = input.analysis.breakdown;
  const double overall = input.result.stats.ap();
  if (input.analysis.class_table.all.positives == 0) {
    return section("breakdown", kBreakdownHeading, "There are no objects.", "");
  }
  const std::string charts =
      breakdown_chart(breakdown.by_size, overall, "AP by size of the objects", " px",
                      "By size: the square root of an object’s area, in pixels.") +
      breakdown_chart(breakdown.by_object_count, overall, "AP by objects in the image", "",
                      "By the number of objects in the image.");
  return section("breakdown", kBreakdownHeading, breakdown_finding(breakdown),
                 side_by_side(2, charts) +
                     "<p class=\"note\">AP at IoU .5 to .95, the mean over the classes that have "
                     "such objects; so groups of different classes are not quite alike.</p>\n");
}

}  // namespace rn::page
