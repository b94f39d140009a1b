#pragma once

#include <string>

#include "lab/lab_results.h"

namespace rn {

/// The laboratory's page: the table, the variants' curves together, and the losses themselves. One
/// XHTML file that browsers take as HTML and that needs no other file and no network.
std::string lab_page(const LabReport& report);

}  // namespace rn
