#include <fmt/format.h>

#include "eval/report_text.h"
#include "evalreport/data_counts.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "report/html.h"

namespace rn::page {
namespace {

std::string text_fact(std::string_view term, const std::string& text) {
  return fact(term, html_escape(text));
}

std::string facts(const EvalReportInput& input) {
  const DataCounts counts = count_data(input);
  std::string images = count(counts.images);
  if (counts.images_without_objects > 0) {
    images += fmt::format(", {} without objects", count(counts.images_without_objects));
  }
  std::string objects = count(counts.objects);
  if (counts.crowds > 0) objects += " and " + count_of(counts.crowds, "crowd", "crowds");
  const std::string classes =
      input.analysis.class_agnostic
          ? "taken as one"
          : count(static_cast<int64_t>(input.ground_truth.categories().size()));
  return "<dl class=\"facts\">\n" + file_fact("Model", input.model_name) +
         file_fact("Detections", input.detections_name) +
         file_fact("Annotations", input.annotations_name) +
         file_fact("Pictures", input.images_name) +
         file_fact("Compared with", input.comparison != nullptr ? input.compared_name : "") +
         fact("Images", images) + fact("Objects", objects) + fact("Classes", classes) +
         fact("Detections in all", count(input.detections)) + text_fact("Date", input.date) +
         text_fact("Made by", input.program) + "</dl>\n";
}

std::string tiles(const EvalReportInput& input) {
  const CocoStats& stats = input.result.stats;
  const auto& best = input.analysis.class_table.all.best_f1;
  return "<div class=\"tiles\">\n" + tile("AP", percent(stats.ap()), "mean over IoU .50 to .95") +
         tile("AP50", percent(stats.ap50()), "boxes roughly right") +
         tile("AP75", percent(stats.ap75()), "boxes nearly exact") +
         tile("Best F1", percent(best ? best->f1 : -1),
              best ? "at scores from " + score(best->score) : "no detection that counts") +
         "</div>\n";
}

/// Under the tiles, of which the first then shows a dash.
std::string missing_ap_note(const EvaluationResult& result) {
  const std::string text = missing_ap_text(result);
  return text.empty() ? "" : paragraph(text);
}

std::string findings(const EvalReportInput& input) {
  std::string items;
  const auto add = [&](std::string_view id, const std::string& text) {
    if (!text.empty()) {
      items += fmt::format("<li>{} <a href=\"#{}\" class=\"more\">more</a></li>\n", text, id);
    }
  };
  add("comparison", comparison_finding(input));
  add("tide", tide_finding(input));
  add("classes", classes_finding(input));
  add("calibration", calibration_finding(input));
  return items.empty() ? "" : "<ul class=\"findings\">\n" + items + "</ul>\n";
}

}  // namespace

std::string header(const EvalReportInput& input) {
  const std::string subject =
      file_of(input.model_name.empty() ? input.detections_name : input.model_name);
  const std::string title =
      subject.empty() ? "Evaluation"
                      : "Evaluation of <bdi>" + html_escape(with_ellipsis(subject, 80)) + "</bdi>";
  return "<header>\n<h1>" + title + "</h1>\n" + facts(input) + tiles(input) +
         missing_ap_note(input.result) + findings(input) +
         "<p class=\"note\">AP, AR, F1, precision, recall and shares are in per cent (0 to 100), "
         "as papers print them; scores and IoU are from 0 to 1.</p>\n</header>\n";
}

}  // namespace rn::page
