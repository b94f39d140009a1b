#pragma once

#include <string>

#include "runreport/run_report.h"

namespace rn::page::run {

/// The parts of a run's page. Each gives a <section>; where there is nothing to show it is empty,
/// or says why.

std::string header(const RunReportInput& input);
std::string training_section(const RunReportInput& input);
std::string loss_section(const RunReportInput& input);
std::string data_section(const RunReportInput& input);
std::string batch_section(const RunReportInput& input);
std::string validation_section(const RunReportInput& input);
std::string config_section(const RunReportInput& input);

/// What the loss is made of, in the run's own numbers; empty if that isn't known yet. Also repeated
/// at the top of the page.
std::string loss_finding(const RunReportInput& input);
std::string training_finding(const RunReportInput& input);

}  // namespace rn::page::run
