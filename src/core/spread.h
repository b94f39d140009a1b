#pragma once

#include <string>
#include <vector>

namespace rn {

/// The middle of several measurements, and how far they lie apart.
struct Spread {
  double median = 0.0;
  double least = 0.0;
  double most = 0.0;
};

/// @pre not empty @return median: the mean of the two in the middle of an even number
Spread spread_of(std::vector<double> values);

/// "3.74 (3.46 to 4.10)", the median right-aligned in 8 columns.
std::string spread_text(const Spread& spread);

}  // namespace rn
