#include <fmt/format.h>

#include <algorithm>

#include "eval/coco_params.h"
#include "evalreport/certainty.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "report/html.h"

namespace rn::page {
namespace {

constexpr size_t kRowsWithoutScrolling = 30;
constexpr size_t kClassNameColumns = 36;

/// Rows by descending AP; those without objects last.
std::vector<const ClassRow*> rows_by_ap(const ClassTable& table) {
  std::vector<const ClassRow*> rows;
  for (const ClassRow& row : table.rows) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(), [](const ClassRow* a, const ClassRow* b) {
    return (measured(a->result.ap) ? a->result.ap : -1) >
           (measured(b->result.ap) ? b->result.ap : -1);
  });
  return rows;
}

std::string name_of(const ClassRow& row) { return class_name({row.result.id, row.result.name}); }

std::string named_ap(const ClassRow& row) {
  return fmt::format("{} ({} of {})", in_quotes(name_of(row)), percent(row.result.ap),
                     count_of(row.summary.positives, "object", "objects"));
}

/// Rows with objects by descending AP: those that can be ranked, and those with too few objects.
struct RankedClasses {
  std::vector<const ClassRow*> sure, unsure;
  int64_t without_objects = 0;
};

RankedClasses ranked_classes(const ClassTable& table) {
  RankedClasses classes;
  for (const ClassRow* row : rows_by_ap(table)) {
    if (!measured(row->result.ap)) {
      ++classes.without_objects;
    } else {
      (is_enough(row->summary.positives) ? classes.sure : classes.unsure).push_back(row);
    }
  }
  return classes;
}

/// The best and the worst. @pre two or more are sure
std::string ranking_text(const RankedClasses& classes) {
  const auto& rows = classes.sure;
  const std::string which =
      classes.unsure.empty()
          ? "all classes"
          : fmt::format("the {} classes with at least {} objects", rows.size(), kEnoughObjects);
  if (!is_beyond_chance(rows.front()->result.ap, rows.front()->summary.positives,
                        rows.back()->result.ap, rows.back()->summary.positives)) {
    return fmt::format("Of {} none stands out by more than chance may: from {} to {}.", which,
                       named_ap(*rows.back()), named_ap(*rows.front()));
  }
  const size_t shown = rows.size() >= 6 ? 3 : 1;
  std::vector<std::string> best, worst;
  for (size_t i = 0; i < shown; ++i) {
    best.push_back(named_ap(*rows[i]));
    worst.push_back(named_ap(*rows[rows.size() - 1 - i]));
  }
  return fmt::format("Of {}, best by AP: {}; worst: {}.", which, enumeration(best),
                     enumeration(worst));
}

/// Which classes the ranking leaves out.
std::string unranked_note(const RankedClasses& classes) {
  if (classes.unsure.empty()) return {};
  return fmt::format(" Hollow bars: {} with fewer objects than that, which {} not ranked.",
                     count_of(std::ssize(classes.unsure), "class", "classes"),
                     classes.unsure.size() == 1 ? "is" : "are");
}

std::string best_cells(const std::optional<OperatingPoint>& best) {
  const double f1 = best ? best->f1 : -1;
  return number_cell(percent(f1), f1) +
         number_cell(best ? threshold(best->score) : std::string(kNone), best ? best->score : -1);
}

std::string class_row(const ClassRow& row) {
  const CategoryResult& r = row.result;
  const bool few = !is_enough(row.summary.positives);
  std::string out = few ? "<tr class=\"few\">" : "<tr>";
  out += "<th scope=\"row\">" + html_name(name_of(row), kClassNameColumns) + "</th>";
  out += number_cell(count(row.summary.positives), static_cast<double>(row.summary.positives));
  out += number_cell(count(row.summary.detections), static_cast<double>(row.summary.detections));
  out += "<td class=\"bar\">" + mini_bar(r.ap, 0) + "</td>";
  for (const double value : {r.ap, r.ap50, r.ap75, r.ap_small, r.ap_medium, r.ap_large, r.ar100}) {
    out += number_cell(percent(value), value);
  }
  return out + best_cells(row.summary.best_f1) + "</tr>\n";
}

/// The row of all classes: means of AP as in the 12 numbers, F1 of one threshold for all.
std::string total_row(const EvalReportInput& input) {
  const auto& stats = input.result.stats.values;
  const ClassSummary& all = input.analysis.class_table.all;
  std::string out = "<tr><th scope=\"row\">all</th>" + number_cell(count(all.positives), -2) +
                    number_cell(count(all.detections), -2) + "<td class=\"bar\">" +
                    mini_bar(stats[0], 0) + "</td>";
  for (const size_t i : {0, 1, 2, 3, 4, 5, 8}) out += number_cell(percent(stats[i]), stats[i]);
  return "<tfoot>\n" + out + best_cells(all.best_f1) + "</tr>\n</tfoot>\n";
}

std::string class_heading(const EvaluationResult& result) {
  std::string cells = "<th scope=\"col\" class=\"sortable\">class</th>";
  const std::string recall = fmt::format("AR{}", result.max_detections.at(kLargestLimit));
  for (const std::string_view name : {"objects", "detections"}) {
    cells += fmt::format("<th scope=\"col\" class=\"n sortable\">{}</th>", name);
  }
  cells += "<th></th>";
  for (const std::string_view name :
       {std::string_view("AP"), std::string_view("AP50"), std::string_view("AP75"),
        std::string_view("APs"), std::string_view("APm"), std::string_view("APl"),
        std::string_view(recall), std::string_view("best F1"), std::string_view("at score")}) {
    cells += fmt::format("<th scope=\"col\" class=\"n sortable\">{}</th>", name);
  }
  return "<thead>\n<tr>" + cells + "</tr>\n</thead>\n";
}

}  // namespace

std::string classes_finding(const EvalReportInput& input) {
  const RankedClasses classes = ranked_classes(input.analysis.class_table);
  const auto measured_classes = classes.sure.size() + classes.unsure.size();
  if (measured_classes == 0) return {};
  const std::string missing =
      classes.without_objects == 0
          ? ""
          : fmt::format(" {} of {} classes {} no objects here.", count(classes.without_objects),
                        count(std::ssize(input.analysis.class_table.rows)),
                        classes.without_objects == 1 ? "has" : "have");
  if (measured_classes == 1) {
    const ClassRow& only = *(classes.sure.empty() ? classes.unsure : classes.sure).front();
    return fmt::format("One class has objects: {}.{}", named_ap(only), missing);
  }
  if (classes.sure.size() < 2) {
    return fmt::format(
        "There are too few objects to rank the classes: {} of {} has as many as {}.{}",
        classes.sure.empty() ? "none" : "only one", count(measured_classes), kEnoughObjects,
        missing);
  }
  return ranking_text(classes) + missing;
}

std::string classes_section(const EvalReportInput& input) {
  const auto rows = rows_by_ap(input.analysis.class_table);
  std::string finding = classes_finding(input);
  if (finding.empty()) finding = "No class has objects here.";
  std::string body;
  for (const ClassRow* row : rows) body += class_row(*row);
  return section(
      "classes", "Class by class", finding,
      fmt::format("<div class=\"{}\">\n<table class=\"sort\">\n{}<tbody>\n{}</tbody>\n{}"
                  "</table>\n</div>\n",
                  rows.size() > kRowsWithoutScrolling ? "wide tall" : "wide",
                  class_heading(input.result), body, total_row(input)) +
          "<p class=\"note\">Objects without crowds. Detections within the limits, but for the "
          "ignored ones, which are neither right nor wrong: at IoU .5 those that meet a crowd, and "
          "those whose area, or their object’s, is outside COCO’s range of all sizes. Best F1: the "
          "highest that any score threshold reaches at IoU .5, and that threshold; in the last row "
          "one threshold for all classes. " +
          chance_rule() + unranked_note(ranked_classes(input.analysis.class_table)) + "</p>\n");
}

}  // namespace rn::page
