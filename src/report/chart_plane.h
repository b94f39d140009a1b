#pragma once

#include <string>
#include <vector>

#include "report/svg_chart.h"
#include "report/ticks.h"

namespace rn {

/// A value that an axis names.
struct AxisMark {
  double value = 0;
  std::string label;
};

/// The area within the axes of a chart, and where a value lies in it. In pixels of the chart.
class ChartPlane {
 public:
  explicit ChartPlane(const LineChart& chart);

  double left() const { return left_; }
  double right() const { return right_; }
  double top() const { return top_; }
  double bottom() const { return bottom_; }
  double x(double value) const {
    return left() + (value - x_.low) / (x_.high - x_.low) * (right() - left());
  }
  double y(double value) const {
    return bottom() - (value - y_.low) / (y_.high - y_.low) * (bottom() - top());
  }
  const AxisRange& x_range() const { return x_; }
  const AxisRange& y_range() const { return y_; }
  const std::vector<AxisMark>& x_marks() const { return x_marks_; }
  const std::vector<AxisMark>& y_marks() const { return y_marks_; }

  /// What page_script() needs to tell the values at the pointer, as attributes of the <svg>.
  std::string attributes(const ChartAxis& x_axis) const;

 private:
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
  AxisRange x_, y_;
  std::vector<AxisMark> x_marks_, y_marks_;
};

}  // namespace rn
