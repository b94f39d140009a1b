#pragma once

#include <cstdint>
#include <string>

#include "evalreport/eval_report.h"
#include "report/page_text.h"

namespace rn::page {

/// @param category index into CocoGroundTruth::categories()
inline std::string class_name(const EvalReportInput& input, int64_t category) {
  return class_name(input.ground_truth.categories().at(category));
}

}  // namespace rn::page
