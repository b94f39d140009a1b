#pragma once

#include <cstdint>

#include "evalreport/eval_report.h"

namespace rn::page {

/// What the evaluation saw.
struct DataCounts {
  int64_t images = 0;
  int64_t images_without_objects = 0;
  int64_t objects = 0;  ///< that count (no crowds)
  int64_t crowds = 0;
};

DataCounts count_data(const EvalReportInput& input);

}  // namespace rn::page
