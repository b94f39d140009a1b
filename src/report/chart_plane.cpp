#include "report/chart_plane.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "report/html.h"
#include "report/svg_parts.h"

namespace rn {
namespace {

constexpr int kTicksX = 5;
constexpr int kTicksY = 5;
constexpr double kPlaneTop = 20;
constexpr double kPlaneRight = 14;
constexpr double kPlaneBottom = 40;

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// The ends that the axis names; where it names none, round numbers around the data.
AxisRange axis_range(const ChartAxis& axis, const Extent& data, int ticks) {
  const bool empty = !(data.low <= data.high);
  const double low = std::isfinite(axis.low) ? axis.low : empty ? 0 : data.low;
  const double high = std::isfinite(axis.high) ? axis.high : empty ? low + 1 : data.high;
  AxisRange range = nice_range(low, high, ticks);
  if (std::isfinite(axis.low)) range.low = axis.low;
  if (std::isfinite(axis.high) && axis.high > range.low) range.high = axis.high;
  return range;
}

std::vector<AxisMark> linear_marks(const AxisRange& range, int count) {
  const Ticks ticks = nice_ticks(range.low, range.high, count);
  std::vector<AxisMark> marks;
  for (const double value : ticks.values) marks.push_back({value, ticks.label(value)});
  return marks;
}

/// At powers of two: "1/4", "1", "32".
std::vector<AxisMark> power_marks(const AxisRange& range, int count) {
  const int step = std::max(1, static_cast<int>(std::ceil((range.high - range.low) / 2 / count)));
  std::vector<AxisMark> marks;
  for (int power = static_cast<int>(std::ceil(range.low)); power <= range.high; power += step) {
    marks.push_back({static_cast<double>(power), power < 0
                                                     ? fmt::format("1/{:.0f}", std::exp2(-power))
                                                     : fmt::format("{:.0f}", std::exp2(power))});
  }
  return marks;
}

/// At .5 and at one in ten, hundred, ... on either side.
std::vector<AxisMark> probability_marks(const AxisRange& range) {
  constexpr std::array kShown = {"0.001", "0.01", "0.1", "0.5", "0.9", "0.99", "0.999"};
  std::vector<AxisMark> marks;
  for (const char* shown : kShown) {
    const double p = std::strtod(shown, nullptr);
    const double logit = std::log(p / (1 - p));
    if (logit >= range.low && logit <= range.high) marks.push_back({logit, shown});
  }
  return marks;
}

std::vector<AxisMark> axis_marks(AxisScale scale, const AxisRange& range, int count) {
  switch (scale) {
    case AxisScale::kLog2:
      return power_marks(range, count);
    case AxisScale::kLogit:
      return probability_marks(range);
    case AxisScale::kLinear:
      break;
  }
  return linear_marks(range, count);
}

/// As page_script() reads it.
const char* scale_name(AxisScale scale) {
  return scale == AxisScale::kLog2 ? "log2" : scale == AxisScale::kLogit ? "logit" : "linear";
}

}  // namespace

ChartPlane::ChartPlane(const LineChart& chart)
    : right_(chart.width - kPlaneRight), top_(kPlaneTop), bottom_(chart.height - kPlaneBottom) {
  Extent xs, ys;
  for (const ChartLine& line : chart.lines) {
    for (const ChartPoint& point : line.points) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
      xs.add(point.x);
      ys.add(point.y);
    }
  }
  for (const ChartColumn& column : chart.columns) {
    xs.add(column.low);
    xs.add(column.high);
    ys.add(0);
    ys.add(column.value);
  }
  x_ = axis_range(chart.x, xs, kTicksX);
  y_ = axis_range(chart.y, ys, kTicksY);
  x_marks_ = axis_marks(chart.x.scale, x_, kTicksX);
  y_marks_ = linear_marks(y_, chart.height < 160 ? 2 : kTicksY);
  double widest = 0;
  for (const AxisMark& mark : y_marks_) widest = std::max(widest, svg::text_width(mark.label));
  left_ = widest + (chart.y.label.empty() ? 10 : 28);
}

std::string ChartPlane::attributes(const ChartAxis& x_axis) const {
  return fmt::format(
      "data-plane=\"{} {} {} {} {:g} {:g} {:g} {:g}\" data-x=\"{}\" data-scale=\"{}\"",
      svg::number(left_), svg::number(right_), svg::number(top_), svg::number(bottom_), x_.low,
      x_.high, y_.low, y_.high, html_escape(x_axis.label), scale_name(x_axis.scale));
}

}  // namespace rn
