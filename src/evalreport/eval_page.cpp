#include <array>
#include <vector>

#include "evalreport/eval_report.h"
#include "evalreport/page_sections.h"
#include "report/page_frame.h"

namespace rn {
namespace {

struct EvalSection {
  std::string_view id;
  std::string_view link;
  std::string (*html)(const EvalReportInput&);
};

constexpr std::array<EvalSection, 10> kSections = {{
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

std::vector<page::PageSection> page::evaluation_sections(const EvalReportInput& input) {
  std::vector<PageSection> sections;
  for (const EvalSection& section : kSections) {
    sections.push_back({section.id, section.link, section.html(input)});
  }
  return sections;
}

std::string eval_page(const EvalReportInput& input) {
  return page::whole_page(page_title(input), page::header(input), page::evaluation_sections(input));
}

}  // namespace rn
