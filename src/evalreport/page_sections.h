#pragma once

#include <string>
#include <vector>

#include "evalreport/eval_report.h"
#include "report/page_frame.h"

namespace rn::page {

/// The parts of the page, in their order. Each gives a <section>, and one sentence on what this
/// result shows; where there is nothing to show it says why, or is empty.

std::string header(const EvalReportInput& input);
std::string numbers_section(const EvalReportInput& input);
std::string classes_section(const EvalReportInput& input);
std::string precision_recall_section(const EvalReportInput& input);
std::string score_section(const EvalReportInput& input);
std::string confusion_section(const EvalReportInput& input);
std::string tide_section(const EvalReportInput& input);
std::string calibration_section(const EvalReportInput& input);
std::string breakdown_section(const EvalReportInput& input);
std::string mistakes_section(const EvalReportInput& input);
std::string comparison_section(const EvalReportInput& input);

/// All of them but the header.
std::vector<PageSection> evaluation_sections(const EvalReportInput& input);

/// The sentence that opens a section and is repeated at the top of the page; empty where there is
/// nothing to say.
std::string classes_finding(const EvalReportInput& input);
std::string tide_finding(const EvalReportInput& input);
std::string calibration_finding(const EvalReportInput& input);
std::string comparison_finding(const EvalReportInput& input);

}  // namespace rn::page
