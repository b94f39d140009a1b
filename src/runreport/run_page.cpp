#include <vector>

#include "evalreport/page_sections.h"
#include "report/html.h"
#include "report/page_frame.h"
#include "runreport/run_report.h"
#include "runreport/sections.h"

namespace rn {

std::string run_page(const RunReportInput& input) {
  std::vector<page::PageSection> sections = {
      {"training", "Training", page::run::training_section(input)},
      {"loss", "The loss itself", page::run::loss_section(input)},
      {"data", "Data", page::run::data_section(input)},
      {"batch", "Training pictures", page::run::batch_section(input)},
      {"validation", "Validation pictures", page::run::validation_section(input)},
  };
  if (input.evaluation != nullptr) {
    for (page::PageSection& section : page::evaluation_sections(*input.evaluation)) {
      sections.push_back(std::move(section));
    }
  }
  sections.push_back({"config", "Config", page::run::config_section(input)});
  return page::whole_page("Training of " + input.name, page::run::header(input), sections);
}

std::string data_page(const RunReportInput& input) {
  const std::vector<page::PageSection> sections = {
      {"data", "Data", page::run::data_section(input)},
      {"batch", "Training pictures", page::run::batch_section(input)},
  };
  const std::string header =
      "<header>\n<h1>Data of <bdi>" + html_escape(with_ellipsis(input.name, 80)) +
      "</bdi></h1>\n<p class=\"note\">Made by " + html_escape(input.program) + ", " +
      html_escape(input.date) + ".</p>\n</header>\n";
  return page::whole_page("Data of " + input.name, header, sections);
}

}  // namespace rn
