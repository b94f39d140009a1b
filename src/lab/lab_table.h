#pragma once

#include <string>

#include "lab/lab_results.h"

namespace rn {

/// The laboratory's table, a row for each variant, and below it what the columns mean.
/// @param max_width columns of the screen; 0: as wide as it must be
std::string lab_table(const LabReport& report, size_t max_width);

/// The same as Markdown.
std::string lab_markdown(const LabReport& report);

}  // namespace rn
