#include <algorithm>
#include <cmath>

#include "report/svg_chart.h"
#include "report/svg_parts.h"
#include "report/ticks.h"

namespace rn {
namespace {

constexpr double kIntervalRow = 22;
constexpr double kDot = 4.5;
constexpr size_t kIntervalLabelColumns = 28;

bool drawable(const ChartInterval& interval) {
  return std::isfinite(interval.low) && std::isfinite(interval.middle) &&
         std::isfinite(interval.high);
}

/// Room for all intervals and for zero.
AxisRange common_range(const IntervalPlot& plot) {
  double low = 0;
  double high = 0;
  for (const ChartInterval& interval : plot.intervals) {
    if (!drawable(interval)) continue;
    low = std::min({low, interval.low, interval.middle});
    high = std::max({high, interval.high, interval.middle});
  }
  return nice_range(low, high, 6);
}

std::string row_svg(const ChartInterval& interval, double y, const auto& x_of) {
  if (!drawable(interval)) return {};
  const bool holds_zero = interval.low <= 0 && interval.high >= 0;
  const int colour = holds_zero ? kNeutral : interval.middle < 0 ? 1 : 0;
  return svg::line(x_of(interval.low), y, x_of(interval.high), y,
                   svg::stroke_class(colour) + " w1") +
         fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"{} w1 {}\"/>",
                     svg::number(x_of(interval.middle)), svg::number(y), kDot,
                     svg::stroke_class(colour), holds_zero ? "hollow" : svg::fill_class(colour));
}

}  // namespace

std::string interval_plot(const IntervalPlot& plot) {
  double labels = 0;
  double texts = 0;
  double notes = 0;
  for (const ChartInterval& interval : plot.intervals) {
    labels = std::max(labels, svg::text_width(interval.label));
    texts = std::max(texts, svg::text_width(interval.text));
    notes = std::max(notes, svg::text_width(interval.note));
  }
  const double left = std::min(labels, kIntervalLabelColumns * svg::kCharacter) + 14;
  const double right = std::max(left + 60, plot.width - texts - notes - 30);
  const AxisRange range = common_range(plot);
  const auto x_of = [&](double value) {
    return left + (value - range.low) / (range.high - range.low) * (right - left);
  };
  const double bottom = 6 + kIntervalRow * static_cast<double>(plot.intervals.size());
  std::string out = svg::open(plot.width, bottom + 40, plot.title);
  const Ticks ticks = nice_ticks(range.low, range.high, 6);
  for (const double tick : ticks.values) {
    out += svg::line(x_of(tick), 2, x_of(tick), bottom, "grid");
    out += svg::text(x_of(tick), bottom + 17, ticks.label(tick), svg::Anchor::kMiddle);
  }
  out += svg::line(x_of(0), 2, x_of(0), bottom, "axis");
  out += svg::text((left + right) / 2, bottom + 34, plot.axis, svg::Anchor::kMiddle, "ink") + "\n";
  double y = 6 + kIntervalRow / 2;
  for (const ChartInterval& interval : plot.intervals) {
    out += svg::short_text(left - 12, y + 4, interval.label, kIntervalLabelColumns,
                           svg::Anchor::kEnd, "ink");
    out += row_svg(interval, y, x_of);
    out += svg::text(plot.width - texts - 8, y + 4, interval.note, svg::Anchor::kEnd);
    out += svg::text(plot.width, y + 4, interval.text, svg::Anchor::kEnd, "ink") + "\n";
    y += kIntervalRow;
  }
  return out + std::string(svg::kClose);
}

}  // namespace rn
