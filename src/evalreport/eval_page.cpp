#include <fmt/format.h>

#include <array>

#include "evalreport/eval_report.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "report/html.h"
#include "report/svg_chart.h"

namespace rn {
namespace {

struct PageSection {
  std::string_view id;
  std::string_view link;
  std::string (*html)(const EvalReportInput&);
};

constexpr std::array<PageSection, 10> kSections = {{
    {"numbers", "12 numbers", page::numbers_section},
    {"classes", "Classes", page::classes_section},
    {"precision-recall", "Precision and recall", page::precision_recall_section},
    {"scores", "Threshold", page::score_section},
    {"confusion", "Confusion", page::confusion_section},
    {"tide", "Errors", page::tide_section},
    {"calibration", "Calibration", page::calibration_section},
    {"breakdown", "Sizes and crowding", page::breakdown_section},
    {"mistakes", "Mistakes", page::mistakes_section},
    {"comparison", "Comparison", page::comparison_section},
}};

std::string page_title(const EvalReportInput& input) {
  const std::string& subject = input.model_name.empty() ? input.detections_name : input.model_name;
  return subject.empty() ? "Evaluation" : "Evaluation of " + subject;
}

}  // namespace

std::string eval_page(const EvalReportInput& input) {
  std::string links;
  std::string body;
  for (const PageSection& section : kSections) {
    const std::string html = section.html(input);
    if (html.empty()) continue;
    links += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, section.link);
    body += html;
  }
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>";
  out += html_escape(with_ellipsis(page_title(input), 120));
  out += "</title>\n<style>";
  out += chart_css();
  out += page::page_css();
  out += "</style>\n</head>\n<body>\n";
  out += page::header(input);
  out += "<nav aria-label=\"Sections\">\n" + links + "</nav>\n<main>\n" + body + "</main>\n";
  out += "<script>";
  out += page::page_script();
  out += "</script>\n</body>\n</html>\n";
  return out;
}

}  // namespace rn
