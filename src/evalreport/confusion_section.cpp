#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "evalreport/confusion_groups.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "report/html.h"
#include "report/svg_chart.h"

namespace rn::page {
namespace {

constexpr int64_t kMostClasses = 25;      ///< as many rows and columns are still readable
constexpr int64_t kFewClassesBeside = 4;  ///< the table fits beside their matrix
constexpr std::string_view kConfusionHeading = "Which class is taken for which";
constexpr size_t kListedPairs = 12;

/// Sums over the matrix; the background isn't an object.
struct ConfusionTotals {
  int64_t objects = 0, right = 0, confused = 0, missed = 0, false_alarms = 0;
};

ConfusionTotals confusion_totals(const ConfusionMatrix& matrix) {
  ConfusionTotals totals;
  const int64_t k = matrix.classes;
  for (const auto& [t, p, number] : matrix.cells) {
    if (t == k) {
      totals.false_alarms += number;
    } else if (p == k) {
      totals.missed += number;
    } else {
      (t == p ? totals.right : totals.confused) += number;
    }
  }
  totals.objects = totals.right + totals.confused + totals.missed;
  return totals;
}

std::string confusion_finding(const EvalReportInput& input, const ConfusionMatrix& matrix,
                              const std::vector<ConfusionCell>& pairs) {
  const ConfusionTotals totals = confusion_totals(matrix);
  if (totals.objects == 0) {
    return fmt::format("There are no objects; {} from a score of {:g} have none to meet.",
                       count_of(totals.false_alarms, "detection", "detections"), matrix.score);
  }
  std::string text = fmt::format(
      "At scores from {:g}, {} of {} are found with their class, {} are taken for another class "
      "and {} are missed; {} have no object of their own (second ones of an object and poor boxes, "
      "too).",
      matrix.score, share(totals.right, totals.objects),
      count_of(totals.objects, "object", "objects"), share(totals.confused, totals.objects),
      share(totals.missed, totals.objects),
      count_of(totals.false_alarms, "detection", "detections"));
  if (!pairs.empty() && pairs.front().count > 1) {  // what happened once is chance
    const ConfusionCell& top = pairs.front();
    text += fmt::format(" The most frequent confusion: {} taken for {}, {}.",
                        in_quotes(class_name(input, top.true_class)),
                        in_quotes(class_name(input, top.predicted_class)),
                        count_of(top.count, "time", "times"));
  }
  return text;
}

std::string cell_tip(const ConfusionGroups& groups, size_t row, size_t column, int64_t number,
                     int64_t total) {
  const bool from_background = row + 1 == groups.rows();
  const bool to_background = column + 1 == groups.rows();
  const std::string what = from_background ? "background taken for " + groups.names[column]
                           : to_background ? groups.names[row] + " missed"
                           : row == column
                               ? groups.names[row] + " found"
                               : groups.names[row] + " taken for " + groups.names[column];
  return fmt::format("{}: {} of {}", what, count(number), count(total));
}

std::string matrix_chart(const ConfusionGroups& groups) {
  HeatMap map;
  map.title = "Confusion matrix: true classes in rows, predicted classes in columns";
  map.row_title = "true class";
  map.column_title = "predicted class";
  map.rows = groups.names;
  map.columns = groups.names;
  map.rows.back() = "background";
  map.columns.back() = "missed";
  map.width = 960;
  for (size_t row = 0; row < groups.rows(); ++row) {
    int64_t total = 0;
    for (size_t column = 0; column < groups.rows(); ++column) total += groups.at(row, column);
    for (size_t column = 0; column < groups.rows(); ++column) {
      const int64_t number = groups.at(row, column);
      HeatCell& cell = map.cells.emplace_back();
      cell.colour = row == column ? 0 : 1;
      if (number == 0) continue;
      cell.value = static_cast<double>(number) / static_cast<double>(total);
      cell.text = count(number);
      cell.tip = cell_tip(groups, row, column, number, total);
    }
  }
  return figure("<div class=\"wide matrix\">\n" + heat_map(map) + "</div>\n",
                "Each row is one true class; colour is the share of the row, blue where the class "
                "is right. Last column: missed objects. Last row: detections on background.");
}

std::string pairs_table(const EvalReportInput& input, const ConfusionMatrix& matrix,
                        const std::vector<ConfusionCell>& pairs) {
  std::string rows;
  for (size_t i = 0; i < std::min(pairs.size(), kListedPairs); ++i) {
    const ConfusionCell& pair = pairs[i];
    if (pair.count < 2) break;  // what happened once is chance
    int64_t objects = 0;
    for (const ConfusionCell& cell : matrix.cells) {
      if (cell.true_class == pair.true_class) objects += cell.count;
    }
    rows += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        html_name(class_name(input, pair.true_class), 36),
        html_name(class_name(input, pair.predicted_class), 36), count(pair.count),
        share(pair.count, objects));
  }
  if (rows.empty()) return {};
  return "<div class=\"wide\"><table class=\"narrow\">\n<thead><tr><th>true class</th><th>taken "
         "for</th><th class=\"n\">times</th><th class=\"n\">of its objects</th></tr></thead>\n"
         "<tbody>\n" +
         rows + "</tbody>\n</table></div>\n";
}

}  // namespace

std::string confusion_section(const EvalReportInput& input) {
  if (!input.analysis.confusion) return {};
  const ConfusionMatrix& matrix = *input.analysis.confusion;
  const std::vector<ConfusionCell> pairs = confused_pairs(matrix);
  if (matrix.cells.empty()) {
    return section("confusion", kConfusionHeading,
                   "There is nothing to compare: no objects, and no detection above the score.",
                   "");
  }
  std::string note = fmt::format(
      "Detections with a score of {:g} or more meet objects of any class at an IoU of {:g} or "
      "more, the best overlaps first.",
      matrix.score, matrix.iou);
  std::vector<std::string> names;
  for (int64_t i = 0; i < matrix.classes; ++i) names.push_back(class_name(input, i));
  const ConfusionGroups groups = confusion_groups(matrix, names, kMostClasses);
  if (matrix.classes > kMostClasses) {
    note += fmt::format(
        " Of {} classes the {} that are most often confused with each other are shown, the rest "
        "are added up as “{}”, without the confusions among themselves.",
        count(matrix.classes), groups.rows() - 2, groups.names[groups.rows() - 2]);
  }
  return section("confusion", kConfusionHeading, confusion_finding(input, matrix, pairs),
                 (matrix.classes <= kFewClassesBeside
                      ? side_by_side(2, matrix_chart(groups) + pairs_table(input, matrix, pairs))
                      : matrix_chart(groups) + pairs_table(input, matrix, pairs)) +
                     "<p class=\"note\">" + note + "</p>\n");
}

}  // namespace rn::page
