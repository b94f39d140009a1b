#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "report/svg_chart.h"
#include "report/svg_parts.h"

namespace rn {
namespace {

constexpr size_t kMostLabelColumns = 18;
constexpr double kLargestCell = 84;
constexpr double kCellHeight = 26;
constexpr double kTextOnColour = 0.55;  ///< above this much colour the text is light

double widest_label(const std::vector<std::string>& labels) {
  double width = 0;
  for (const std::string& label : labels) width = std::max(width, svg::text_width(label));
  return std::min(width, kMostLabelColumns * svg::kCharacter);
}

std::string cell_svg(const HeatCell& cell, double x, double y, double width, double height) {
  const double value = std::isfinite(cell.value) ? std::clamp(cell.value, 0.0, 1.0) : 0;
  std::string out = svg::rect(x + 0.5, y + 0.5, width - 1, height - 1,
                              fmt::format("class=\"{} frame\" fill-opacity=\"{:.2g}\"",
                                          svg::fill_class(cell.colour), value),
                              cell.tip);
  if (!cell.text.empty() && svg::text_width(cell.text) * 0.92 < width) {
    out += svg::text(x + width / 2, y + height / 2 + 4, cell.text, svg::Anchor::kMiddle,
                     value > kTextOnColour ? "on small" : "ink small");
  }
  return out;
}

}  // namespace

std::string heat_map(const HeatMap& map) {
  const size_t rows = map.rows.size();
  const size_t columns = map.columns.size();
  RN_CHECK(map.cells.size() == rows * columns, "{} cells, {} rows, {} columns", map.cells.size(),
           rows, columns);
  const double left = widest_label(map.rows) + 12 + (map.row_title.empty() ? 0 : 20);
  const double room = (map.width - left) / std::max<double>(1, static_cast<double>(columns));
  const double cell_width = std::clamp(room, 8.0, kLargestCell);
  const double cell_height = std::min(kCellHeight, std::max(cell_width, 14.0));
  const double longest = widest_label(map.columns);
  const bool upright = longest > cell_width - 4;
  const double header = (upright ? longest : svg::kLineHeight) + 10;
  const double top = header + (map.column_title.empty() ? 0 : 20);
  const double width = left + cell_width * static_cast<double>(columns) + 2;
  const double height = top + cell_height * static_cast<double>(rows) + 2;
  std::string out = svg::open(width, height, map.title);
  out += svg::text((left + width) / 2, 13, map.column_title, svg::Anchor::kMiddle, "ink");
  const bool has_room = svg::text_width(map.row_title) <= height - top;
  out += !has_room ? ""
                   : svg::upright_text(13, (top + height) / 2, map.row_title, 60,
                                       svg::Anchor::kMiddle, "ink");
  for (size_t c = 0; c < columns; ++c) {
    const double x = left + (static_cast<double>(c) + 0.5) * cell_width;
    out += upright ? svg::upright_text(x + 4, top - 6, map.columns[c], kMostLabelColumns,
                                       svg::Anchor::kStart)
                   : svg::short_text(x, top - 6, map.columns[c], kMostLabelColumns,
                                     svg::Anchor::kMiddle);
  }
  out += "\n";
  for (size_t r = 0; r < rows; ++r) {
    const double y = top + static_cast<double>(r) * cell_height;
    out += svg::short_text(left - 7, y + cell_height / 2 + 4, map.rows[r], kMostLabelColumns,
                           svg::Anchor::kEnd);
    for (size_t c = 0; c < columns; ++c) {
      out += cell_svg(map.cells[r * columns + c], left + static_cast<double>(c) * cell_width, y,
                      cell_width, cell_height);
    }
    out += "\n";
  }
  return out + std::string(svg::kClose);
}

}  // namespace rn
