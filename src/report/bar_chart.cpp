#include <algorithm>
#include <cmath>

#include "report/svg_chart.h"
#include "report/svg_parts.h"

namespace rn {
namespace {

constexpr double kBarRow = 26;
constexpr double kBarHeight = 16;
constexpr size_t kBarLabelColumns = 26;

double label_room(const BarChart& chart) {
  double widest = 0;
  for (const ChartBar& bar : chart.bars) widest = std::max(widest, svg::text_width(bar.label));
  return std::min(widest, kBarLabelColumns * svg::kCharacter) + 10;
}

double text_room(const BarChart& chart) {
  double widest = 0;
  for (const ChartBar& bar : chart.bars) {
    widest = std::max(widest, svg::text_width(bar.text) +
                                  (bar.note.empty() ? 0 : svg::text_width(bar.note) + 10));
  }
  return widest + 12;
}

double full_length(const BarChart& chart) {
  if (std::isfinite(chart.high) && chart.high > 0) return chart.high;
  double high = 0;
  for (const ChartBar& bar : chart.bars) {
    if (std::isfinite(bar.value)) high = std::max(high, bar.value);
  }
  if (std::isfinite(chart.reference)) high = std::max(high, chart.reference);
  return high > 0 ? high : 1;
}

}  // namespace

std::string bar_chart(const BarChart& chart) {
  const double left = label_room(chart);
  const double length = std::max(40.0, chart.width - left - text_room(chart));
  const double high = full_length(chart);
  const bool has_reference = std::isfinite(chart.reference);
  const double top = has_reference ? 20 : 2;
  const double bottom = top + kBarRow * static_cast<double>(chart.bars.size());
  std::string out = svg::open(chart.width, bottom + 4, chart.title);
  std::string texts;
  double y = top;
  for (const ChartBar& bar : chart.bars) {
    const double base_line = y + kBarRow / 2 + 4;
    out +=
        svg::short_text(left - 8, base_line, bar.label, kBarLabelColumns, svg::Anchor::kEnd, "ink");
    double end = left;
    if (std::isfinite(bar.value)) {
      const double size = std::clamp(bar.value / high, 0.0, 1.0) * length;
      const double bar_top = y + (kBarRow - kBarHeight) / 2;
      out += bar.hatched ? svg::hatched_rect(left, bar_top, size, kBarHeight)
                         : svg::rect(left, bar_top, size, kBarHeight,
                                     fmt::format("class=\"{}\"", svg::fill_class(bar.colour)));
      end += size;
    }
    texts += svg::text(end + 6, base_line, bar.text, svg::Anchor::kStart, "ink over");
    if (!bar.note.empty()) {
      texts += svg::text(end + 14 + svg::text_width(bar.text), base_line, bar.note,
                         svg::Anchor::kStart, "over");
    }
    out += "\n";
    y += kBarRow;
  }
  out += svg::line(left, top, left, bottom, "axis");
  if (has_reference) {
    const double x = left + std::clamp(chart.reference / high, 0.0, 1.0) * length;
    out += svg::line(x, top - 4, x, bottom, "mark");
    out += svg::text(x, top - 8, chart.reference_label, svg::Anchor::kMiddle);
  }
  // The texts last: they must stay readable where the reference line meets them.
  return out + texts + std::string(svg::kClose);
}

}  // namespace rn
