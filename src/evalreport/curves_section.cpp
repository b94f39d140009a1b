#include <fmt/format.h>

#include <algorithm>

#include "evalreport/certainty.h"
#include "evalreport/class_lines.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"

namespace rn::page {
namespace {

using CurveOf = std::vector<double> PrecisionRecallCurve::*;

std::string precision_chart(const EvalReportInput& input, const std::vector<ClassLine>& classes,
                            CurveOf member, std::string_view name) {
  const PrecisionRecall& curves = input.analysis.precision_recall;
  std::vector<double> recall = curves.recall;
  for (double& r : recall) r *= 100;
  LineChart chart;
  chart.title = fmt::format("Precision against recall at {}", name);
  chart.x = {"recall", 0, 100};
  chart.y = {"precision", 0, 100};
  chart.width = 320;
  chart.height = 300;
  for (const ClassLine& line : classes) {
    ChartLine& drawn = chart.lines.emplace_back(line.style);
    drawn.points = percent_curve(recall, curves.per_class.at(line.index).*member);
  }
  ChartLine& mean = chart.lines.emplace_back(mean_line("mean of the classes"));
  mean.points = percent_curve(recall, curves.mean.*member);
  return figure(fmt::format("<p class=\"chart-name\">{}</p>\n", name) + line_chart(chart), "");
}

/// Precision in the middle of the mean curve, and where it ends.
std::string precision_recall_finding(const PrecisionRecall& curves) {
  const std::vector<double>& precision = curves.mean.iou50;
  if (precision.empty()) return "No class has objects, so there is no curve.";
  size_t end = precision.size();
  while (end > 0 && !(precision[end - 1] > 0)) --end;
  if (end == 0) return "No object is found at IoU .5: precision is zero everywhere.";
  // Half of what is found, where that is less than half of the objects.
  const size_t middle = std::min<size_t>(precision.size() / 2, (end - 1) / 2);
  std::string text = fmt::format("At IoU .5 the mean precision is {} at a recall of {:.0f}",
                                 percent(precision[middle]), 100 * curves.recall[middle]);
  if (end < precision.size()) {
    text += fmt::format("; beyond a recall of {:.0f} no class finds anything",
                        100 * curves.recall[end - 1]);
  }
  return text + ".";
}

std::string not_drawn_note(const EvalReportInput& input) {
  const int64_t hidden = classes_not_drawn(input);
  return hidden == 0 ? ""
                     : fmt::format(" {} of the classes in between are not drawn.", count(hidden));
}

std::string pooled_chart(const EvalReportInput& input) {
  const ScoreCurves& curves = input.analysis.score_curves;
  const auto& best = input.analysis.class_table.all.best_f1;
  LineChart chart;
  chart.width = kChartWidth;
  chart.title = "Precision, recall and F1 of all classes against the score threshold";
  chart.x = {"score threshold", 0, 1};
  chart.y = {"", 0, 100};
  const auto add = [&](const char* name, const std::vector<double>& y, int colour,
                       LineWeight weight, int dash) {
    chart.lines.push_back({name, percent_curve(curves.score, y), colour, weight, dash});
  };
  add("precision", curves.all.precision, 2, LineWeight::kNormal, 1);
  add("recall", curves.all.recall, 1, LineWeight::kNormal, 2);
  add("F1", curves.all.f1, 0, LineWeight::kBold, 0);
  if (best) {
    chart.marks.push_back(
        {best->score, fmt::format("best F1 {} at {}", percent(best->f1), score(best->score))});
  }
  return figure(line_chart(chart) + chart_legend(chart.lines),
                "All classes pooled: one threshold for all.");
}

std::string class_f1_chart(const EvalReportInput& input) {
  const ScoreCurves& curves = input.analysis.score_curves;
  const std::vector<ClassLine> classes = class_lines(input);
  LineChart chart;
  chart.width = kChartWidth;
  chart.title = "F1 of each class against the score threshold";
  chart.x = {"score threshold", 0, 1};
  chart.y = {"", 0, 100};
  for (const ClassLine& line : classes) {
    ChartLine& drawn = chart.lines.emplace_back(line.style);
    drawn.points = percent_curve(curves.score, curves.per_class.at(line.index).f1);
  }
  ChartLine bold = mean_line("all pooled");
  const std::string legend = class_legend(bold, classes);
  bold.points = percent_curve(curves.score, curves.all.f1);
  chart.lines.push_back(bold);
  return figure(line_chart(chart) + legend,
                "F1 of each class; in brackets its AP." + not_drawn_note(input));
}

/// The thresholds that suit the middle 80 % of the classes with enough objects to tell.
std::string threshold_spread(const ClassTable& table) {
  std::vector<double> scores;
  for (const ClassRow& row : table.rows) {
    if (!is_enough(row.summary.positives) || !row.summary.best_f1) continue;
    scores.push_back(row.summary.best_f1->score);
  }
  if (scores.size() < 2) return {};
  std::sort(scores.begin(), scores.end());
  const size_t cut = scores.size() / 10;
  const double low = scores[cut];
  const double high = scores[scores.size() - 1 - cut];
  return fmt::format(
      " Each for itself, {} with at least {} objects would choose between {} and {}{}.",
      count_of(static_cast<int64_t>(scores.size()), "class", "classes"), kEnoughObjects, score(low),
      score(high), cut > 0 ? " (four in five of them)" : "");
}

std::string score_finding(const ClassTable& table) {
  const auto& best = table.all.best_f1;
  if (!best) return "There is no threshold to choose: no detection that counts, or no object.";
  return fmt::format(
      "Keeping scores of {} and more gives the best F1, {}: precision {}, recall "
      "{}.{}",
      threshold(best->score), percent(best->f1), percent(best->precision), percent(best->recall),
      threshold_spread(table));
}

}  // namespace

std::string precision_recall_section(const EvalReportInput& input) {
  const PrecisionRecall& curves = input.analysis.precision_recall;
  const std::string lead = precision_recall_finding(curves);
  if (curves.mean.iou50.empty()) {
    return section("precision-recall", "Precision and recall", lead, "");
  }
  const std::vector<ClassLine> classes = class_lines(input);
  const std::string charts =
      precision_chart(input, classes, &PrecisionRecallCurve::iou50, "IoU .5") +
      precision_chart(input, classes, &PrecisionRecallCurve::iou75, "IoU .75") +
      precision_chart(input, classes, &PrecisionRecallCurve::mean, "Mean of IoU .5 to .95");
  return section("precision-recall", "Precision and recall", lead,
                 side_by_side(3, charts) + class_legend(mean_line("mean of the classes"), classes) +
                     "<p class=\"note\">Precision as COCO interpolates it; the area under a curve "
                     "is its AP. In brackets the class’s AP." +
                     not_drawn_note(input) + "</p>\n");
}

std::string score_section(const EvalReportInput& input) {
  const std::string lead = score_finding(input.analysis.class_table);
  if (!input.analysis.class_table.all.best_f1) {
    return section("scores", "Choosing a score threshold", lead, "");
  }
  return section("scores", "Choosing a score threshold", lead,
                 side_by_side(2, pooled_chart(input) + class_f1_chart(input)));
}

}  // namespace rn::page
