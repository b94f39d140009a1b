#include <algorithm>
#include <cmath>

#include "report/chart_plane.h"
#include "report/html.h"
#include "report/svg_chart.h"
#include "report/svg_parts.h"

namespace rn {
namespace {

std::string axes(const LineChart& chart, const ChartPlane& plane) {
  std::string out;
  for (const AxisMark& mark : plane.y_marks()) {
    const double y = plane.y(mark.value);
    out += svg::line(plane.left(), y, plane.right(), y, "grid");
    out += svg::text(plane.left() - 6, y + 4, mark.label, svg::Anchor::kEnd);
  }
  for (const AxisMark& mark : plane.x_marks()) {
    const double x = plane.x(mark.value);
    out += svg::line(x, plane.bottom(), x, plane.bottom() + 4, "axis");
    out += svg::text(x, plane.bottom() + 17, mark.label, svg::Anchor::kMiddle);
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

std::string columns(const LineChart& chart, const ChartPlane& plane) {
  std::string out;
  for (const ChartColumn& column : chart.columns) {
    if (!std::isfinite(column.value) || !std::isfinite(column.low) || !std::isfinite(column.high)) {
      continue;
    }
    const double top = plane.y(std::clamp(column.value, 0.0, plane.y_range().high));
    const double bottom = plane.y(std::max(column.base, plane.y_range().low));
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

bool is_usable(const std::vector<ChartPoint>& points, size_t i) {
  return i < points.size() && std::isfinite(points[i].x) && std::isfinite(points[i].y);
}

/// The path through the points; a gap where one isn't finite. Points in the middle of a horizontal
/// stretch are left out: precision curves are mostly stairs.
std::string path_data(const std::vector<ChartPoint>& points, const ChartPlane& plane) {
  std::string out;
  bool pen_down = false;
  for (size_t i = 0; i < points.size(); ++i) {
    if (!is_usable(points, i)) {
      pen_down = false;
      continue;
    }
    if (pen_down && is_usable(points, i + 1) && points[i - 1].y == points[i].y &&
        points[i].y == points[i + 1].y) {
      continue;
    }
    out += fmt::format("{}{} {}", pen_down ? "L" : "M", svg::number(plane.x(points[i].x)),
                       svg::number(plane.y(points[i].y)));
    pen_down = true;
  }
  return out;
}

/// Points between two gaps, which a path would not show.
std::string lone_points(const ChartLine& line, const ChartPlane& plane) {
  std::string out;
  for (size_t i = 0; i < line.points.size(); ++i) {
    const bool has_neighbour =
        (i > 0 && is_usable(line.points, i - 1)) || is_usable(line.points, i + 1);
    if (!is_usable(line.points, i) || has_neighbour) continue;
    out += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                       svg::fill_class(line.colour), svg::number(plane.x(line.points[i].x)),
                       svg::number(plane.y(line.points[i].y)),
                       line.weight == LineWeight::kThin ? 1 : 3);
  }
  return out;
}

std::string line_classes(const ChartLine& line) {
  return fmt::format("{} w{}{}", svg::stroke_class(line.colour), static_cast<int>(line.weight),
                     line.dash > 0 ? fmt::format(" d{}", line.dash) : "");
}

std::string lines(const LineChart& chart, const ChartPlane& plane) {
  std::string out;
  for (const ChartLine& line : chart.lines) {
    const std::string data = path_data(line.points, plane);
    if (data.empty()) continue;
    out += fmt::format("<path class=\"{}\" d=\"{}\"", line_classes(line), data);
    out += line.name.empty() ? "/>\n" : "><title>" + html_escape(line.name) + "</title></path>\n";
    out += lone_points(line, plane);
  }
  return out;
}

/// Labels go to the side with more room; one that would touch the label before steps down a line.
std::string marks(const LineChart& chart, const ChartPlane& plane) {
  std::vector<ChartMark> sorted = chart.marks;
  std::erase_if(sorted, [&](const ChartMark& mark) {
    return !(mark.x >= plane.x_range().low && mark.x <= plane.x_range().high);
  });
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ChartMark& a, const ChartMark& b) { return a.x < b.x; });
  std::string out;
  double last_end = -1;
  double y = plane.top() - 6;
  for (const ChartMark& mark : sorted) {
    const double x = plane.x(mark.x);
    const double width = svg::text_width(mark.label);
    const bool on_left = x + width > plane.right() && x - width > plane.left();
    const double start = on_left ? x - width : x;
    y = start < last_end ? y + svg::kLineHeight : plane.top() - 6;
    last_end = std::max(last_end, start + width + 8);
    out += svg::line(x, plane.top(), x, plane.bottom(), "mark");
    out += svg::text(on_left ? x - 3 : x + 3, y, mark.label,
                     on_left ? svg::Anchor::kEnd : svg::Anchor::kStart, "ink");
  }
  return out.empty() ? out : out + "\n";
}

std::string diagonal(const ChartPlane& plane) {
  const double low = std::max(plane.x_range().low, plane.y_range().low);
  const double high = std::min(plane.x_range().high, plane.y_range().high);
  if (!(low < high)) return {};
  return svg::line(plane.x(low), plane.y(low), plane.x(high), plane.y(high), "mark") + "\n";
}

bool has_named_line(const LineChart& chart) {
  return std::any_of(chart.lines.begin(), chart.lines.end(),
                     [](const ChartLine& line) { return !line.name.empty(); });
}

}  // namespace

std::string line_chart(const LineChart& chart) {
  const ChartPlane plane(chart);
  std::string out = svg::open(chart.width, chart.height, chart.title,
                              has_named_line(chart) ? plane.attributes(chart.x) : "");
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
