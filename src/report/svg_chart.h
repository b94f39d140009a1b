#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rn {

/// Charts as SVG elements for an HTML page that has chart_css(). All texts are escaped here. Values
/// that aren't finite are left out: a line has a gap there, a bar a dash. Sizes are CSS pixels at
/// the chart's natural width; it shrinks with the page.

inline constexpr double kNotDrawn = std::numeric_limits<double>::quiet_NaN();

/// Colours are indices into a palette for all kinds of colour vision (Okabe and Ito 2008), 0 being
/// the page's accent; dashes are indices into a list of patterns, 0 being solid: together they keep
/// lines apart in black and white.
inline constexpr int kPaletteSize = 7;
inline constexpr int kDashes = 7;
inline constexpr int kNeutral = -1;

/// The style sheet of all charts: light, dark and printed. It defines --paper, --ink, --faint,
/// --line, --accent for the page, too.
std::string_view chart_css();

struct ChartPoint {
  double x = 0;
  double y = 0;
};

enum class LineWeight { kThin, kNormal, kBold };

struct ChartLine {
  std::string name;                ///< tooltip, and the text in the legend
  std::vector<ChartPoint> points;  ///< by ascending x
  int colour = 0;
  LineWeight weight = LineWeight::kNormal;
  int dash = 0;
};

/// A vertical line across the chart with a text at its top.
struct ChartMark {
  double x = 0;
  std::string label;
};

/// A column of a histogram, standing on y = 0 or on another one.
struct ChartColumn {
  double low = 0, high = 0;  ///< of x
  double value = 0;
  int colour = 0;
  std::string tip;
  bool hatched = false;  ///< outlined and hatched in grey: not to be relied on
  double base = 0;       ///< of y, below `value`
};

/// What an axis' values stand for, as its marks and the values under the pointer say.
enum class AxisScale {
  kLinear,
  kLog2,   ///< of 2 to the power of the value
  kLogit,  ///< of the probability with that logit
};

struct ChartAxis {
  std::string label;
  double low = kNotDrawn;  ///< both ends default to what the data need
  double high = kNotDrawn;
  AxisScale scale = AxisScale::kLinear;  ///< the y axis is linear
};

/// Lines, columns or both over a common pair of axes. On a page with page_script() the values of
/// the named lines are shown at the pointer; those of thin ones where it is near them.
struct LineChart {
  std::string title;  ///< what a screen reader says
  ChartAxis x, y;
  std::vector<ChartColumn> columns;
  std::vector<ChartLine> lines;  ///< the last one on top
  std::vector<ChartMark> marks;
  bool diagonal = false;  ///< a faint line y = x
  double width = 460, height = 320;
};
std::string line_chart(const LineChart& chart);

/// A list that shows each line's colour and dash with its name; lines without a name are left out.
std::string chart_legend(std::span<const ChartLine> lines);

struct ChartBar {
  std::string label;
  double value = 0;       ///< >= 0; not finite: no bar
  std::string text;       ///< at the bar's end
  std::string note = {};  ///< faint, after the text
  int colour = 0;
  bool hatched = false;  ///< outlined and hatched in grey: not to be relied on
};

/// Horizontal bars, one below the other.
struct BarChart {
  std::string title;
  std::vector<ChartBar> bars;
  double high = kNotDrawn;       ///< full length; default: the largest value
  double reference = kNotDrawn;  ///< a vertical line to compare with
  std::string reference_label;
  double width = 460;
};
std::string bar_chart(const BarChart& chart);

struct HeatCell {
  double value = kNotDrawn;  ///< 0 (empty) .. 1 (full colour)
  std::string text;
  std::string tip;
  int colour = 0;
};

struct HeatMap {
  std::string title;
  std::string row_title, column_title;
  std::vector<std::string> rows, columns;  ///< labels
  std::vector<HeatCell> cells;             ///< row after row, as many as rows * columns
  double width = 720;                      ///< at most; few columns take less
};
std::string heat_map(const HeatMap& map);

struct ChartInterval {
  std::string label;
  double low = 0, middle = 0, high = 0;
  std::string text;       ///< on the right
  std::string note = {};  ///< faint, before the text
};

/// Intervals, one below the other, around a common zero (a forest plot). One that doesn't hold zero
/// is drawn filled, the others hollow.
struct IntervalPlot {
  std::string title;
  std::string axis;
  std::vector<ChartInterval> intervals;
  double width = 720;
};
std::string interval_plot(const IntervalPlot& plot);

}  // namespace rn
