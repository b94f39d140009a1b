#pragma once

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

}  // namespace rn
