#pragma once

#include <string>
#include <vector>

namespace rn {

/// Where an axis has its marks.
struct Ticks {
  std::vector<double> values;             ///< ascending multiples of `step`
  double step = 1;                        ///< 1, 2 or 5 times a power of ten
  std::string label(double value) const;  ///< with the digits that `step` needs
};

/// About `count` round numbers in [low, high] (up to about twice as many).
/// @pre low and high are finite; where high is not above low, a range that starts at low
Ticks nice_ticks(double low, double high, int count);

/// [low, high] widened to multiples of nice_ticks' step.
struct AxisRange {
  double low = 0;
  double high = 1;
};
AxisRange nice_range(double low, double high, int count);

}  // namespace rn
