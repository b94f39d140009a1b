#include <algorithm>
#include <cmath>
#include <optional>

#include "report/html.h"
#include "report/svg_chart.h"
#include "report/svg_parts.h"
#include "report/ticks.h"

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

/// The area within the axes, and where a value lies in it.
class Plane {
 public:
  explicit Plane(const LineChart& chart) : width_(chart.width), height_(chart.height) {
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
    x_ticks_ = nice_ticks(x_.low, x_.high, kTicksX);
    y_ticks_ = nice_ticks(y_.low, y_.high, chart.height < 160 ? 2 : kTicksY);
    double widest = 0;
    for (const double tick : y_ticks_.values) {
      widest = std::max(widest, svg::text_width(y_ticks_.label(tick)));
    }
    left_ = widest + (chart.y.label.empty() ? 10 : 28);
  }

  double left() const { return left_; }
  double right() const { return width_ - kPlaneRight; }
  double top() const { return kPlaneTop; }
  double bottom() const { return height_ - kPlaneBottom; }
  double x(double value) const {
    return left() + (value - x_.low) / (x_.high - x_.low) * (right() - left());
  }
  double y(double value) const {
    return bottom() - (value - y_.low) / (y_.high - y_.low) * (bottom() - top());
  }
  const AxisRange& x_range() const { return x_; }
  const AxisRange& y_range() const { return y_; }
  const Ticks& x_ticks() const { return x_ticks_; }
  const Ticks& y_ticks() const { return y_ticks_; }

 private:
  double width_, height_, left_ = 0;
  AxisRange x_, y_;
  Ticks x_ticks_, y_ticks_;
};

std::string axes(const LineChart& chart, const Plane& plane) {
  std::string out;
  for (const double tick : plane.y_ticks().values) {
    const double y = plane.y(tick);
    out += svg::line(plane.left(), y, plane.right(), y, "grid");
    out += svg::text(plane.left() - 6, y + 4, plane.y_ticks().label(tick), svg::Anchor::kEnd);
  }
  for (const double tick : plane.x_ticks().values) {
    const double x = plane.x(tick);
    out += svg::line(x, plane.bottom(), x, plane.bottom() + 4, "axis");
    out += svg::text(x, plane.bottom() + 17, plane.x_ticks().label(tick), svg::Anchor::kMiddle);
  }
  out += svg::line(plane.left(), plane.bottom(), plane.right(), plane.bottom(), "axis");
  const double middle_x = (plane.left() + plane.right()) / 2;
  out += svg::text(middle_x, plane.bottom() + 34, chart.x.label, svg::Anchor::kMiddle, "ink");
  if (!chart.y.label.empty()) {
    out += svg::upright_text(12, (plane.top() + plane.bottom()) / 2, chart.y.label, 60,
                             svg::Anchor::kMiddle, "ink");
  }
  return out + "\n";
}

std::string columns(const LineChart& chart, const Plane& plane) {
  std::string out;
  for (const ChartColumn& column : chart.columns) {
    if (!std::isfinite(column.value) || !std::isfinite(column.low) || !std::isfinite(column.high)) {
      continue;
    }
    const double top = plane.y(std::clamp(column.value, 0.0, plane.y_range().high));
    const double bottom = plane.y(std::max(0.0, plane.y_range().low));
    const double left = plane.x(column.low) + 0.5;
    const double width = std::max(1.0, plane.x(column.high) - plane.x(column.low) - 1);
    const double height = std::max(0.0, bottom - top);
    out += column.hatched
               ? svg::hatched_rect(left, top, width, height, column.tip)
               : svg::rect(left, top, width, height,
                           fmt::format("class=\"column {}\"", svg::fill_class(column.colour)),
                           column.tip);
  }
  return out.empty() ? out : out + "\n";
}

/// The path through the points; a gap where one isn't finite. Points in the middle of a horizontal
/// stretch are left out: precision curves are mostly stairs.
std::string path_data(const std::vector<ChartPoint>& points, const Plane& plane) {
  std::string out;
  bool pen_down = false;
  const auto usable = [&](size_t i) {
    return i < points.size() && std::isfinite(points[i].x) && std::isfinite(points[i].y);
  };
  for (size_t i = 0; i < points.size(); ++i) {
    if (!usable(i)) {
      pen_down = false;
      continue;
    }
    if (pen_down && usable(i + 1) && points[i - 1].y == points[i].y &&
        points[i].y == points[i + 1].y) {
      continue;
    }
    out += fmt::format("{}{} {}", pen_down ? "L" : "M", svg::number(plane.x(points[i].x)),
                       svg::number(plane.y(points[i].y)));
    pen_down = true;
  }
  return out;
}

std::string line_classes(const ChartLine& line) {
  return fmt::format("{} w{}{}", svg::stroke_class(line.colour), static_cast<int>(line.weight),
                     line.dash > 0 ? fmt::format(" d{}", line.dash) : "");
}

std::string lines(const LineChart& chart, const Plane& plane) {
  std::string out;
  for (const ChartLine& line : chart.lines) {
    const std::string data = path_data(line.points, plane);
    if (data.empty()) continue;
    out += fmt::format("<path class=\"{}\" d=\"{}\"", line_classes(line), data);
    out += line.name.empty() ? "/>\n" : "><title>" + html_escape(line.name) + "</title></path>\n";
  }
  return out;
}

/// Labels go to the side with more room; one that would touch the label before steps down a line.
std::string marks(const LineChart& chart, const Plane& plane) {
  std::vector<ChartMark> sorted = chart.marks;
  std::erase_if(sorted, [&](const ChartMark& mark) {
    return !(mark.x >= plane.x_range().low && mark.x <= plane.x_range().high);
  });
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ChartMark& a, const ChartMark& b) { return a.x < b.x; });
  std::string out;
  double last_end = -1;
  double y = kPlaneTop - 6;
  for (const ChartMark& mark : sorted) {
    const double x = plane.x(mark.x);
    const double width = svg::text_width(mark.label);
    const bool on_left = x + width > plane.right() && x - width > plane.left();
    const double start = on_left ? x - width : x;
    y = start < last_end ? y + svg::kLineHeight : kPlaneTop - 6;
    last_end = std::max(last_end, start + width + 8);
    out += svg::line(x, plane.top(), x, plane.bottom(), "mark");
    out += svg::text(on_left ? x - 3 : x + 3, y, mark.label,
                     on_left ? svg::Anchor::kEnd : svg::Anchor::kStart, "ink");
  }
  return out.empty() ? out : out + "\n";
}

std::string diagonal(const Plane& plane) {
  const double low = std::max(plane.x_range().low, plane.y_range().low);
  const double high = std::min(plane.x_range().high, plane.y_range().high);
  if (!(low < high)) return {};
  return svg::line(plane.x(low), plane.y(low), plane.x(high), plane.y(high), "mark") + "\n";
}

}  // namespace

std::string line_chart(const LineChart& chart) {
  const Plane plane(chart);
  std::string out = svg::open(chart.width, chart.height, chart.title);
  out += axes(chart, plane) + columns(chart, plane);
  if (chart.diagonal) out += diagonal(plane);
  return out + lines(chart, plane) + marks(chart, plane) + std::string(svg::kClose);
}

std::string chart_legend(std::span<const ChartLine> all) {
  std::string out;
  for (const ChartLine& line : all) {
    if (line.name.empty()) continue;
    out += fmt::format(
        "<li><svg class=\"key\" viewBox=\"0 0 44 10\"><path class=\"{}\" d=\"M0 5L44 5\"/></svg> "
        "{}</li>\n",
        line_classes(line), html_name(line.name, 40));
  }
  return out.empty() ? out : "<ul class=\"legend\">\n" + out + "</ul>\n";
}

}  // namespace rn
