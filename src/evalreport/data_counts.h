#pragma once

#include <array>
#include <cstdint>

#include "eval/coco_params.h"
#include "evalreport/eval_report.h"

namespace rn::page {

/// What the evaluation saw.
struct DataCounts {
  int64_t images = 0;
  int64_t images_without_objects = 0;  ///< that count; crowds don't
  int64_t objects = 0;                 ///< that count (no crowds)
  int64_t crowds = 0;
  /// Of objects, in each of kAreaRanges; and what they are worth, see effective_objects.h.
  std::array<int64_t, kAreaRangeCount> of_area{};
  std::array<double, kAreaRangeCount> effective_of_area{};
};

DataCounts count_data(const EvalReportInput& input);

}  // namespace rn::page
