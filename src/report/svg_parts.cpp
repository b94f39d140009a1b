#include "report/svg_parts.h"

#include <algorithm>
#include <cmath>

#include "report/html.h"
#include "report/terminal.h"

namespace rn::svg {
namespace {

constexpr std::string_view anchor_name(Anchor anchor) {
  return anchor == Anchor::kStart ? "start" : anchor == Anchor::kMiddle ? "middle" : "end";
}

std::string title_element(std::string_view tip) {
  return tip.empty() ? "" : "<title>" + html_escape(tip) + "</title>";
}

std::string text_element(double x, double y, std::string_view content, size_t columns,
                         Anchor anchor, std::string_view classes, std::string_view extra) {
  const bool cut = columns > 0 && visible_width(printable(content)) > columns;
  return fmt::format(
      "<text x=\"{}\" y=\"{}\"{}{}{}>{}{}</text>", number(x), number(y),
      anchor == Anchor::kStart ? "" : fmt::format(" text-anchor=\"{}\"", anchor_name(anchor)),
      classes.empty() ? "" : fmt::format(" class=\"{}\"", classes), extra,
      title_element(cut ? content : std::string_view{}),
      html_escape(cut ? with_ellipsis(content, columns) : std::string(content)));
}

}  // namespace

std::string number(double value) {
  const double tenths = std::round(value * 10);
  if (tenths == std::round(value) * 10) return fmt::format("{:.0f}", std::round(value) + 0.0);
  return fmt::format("{:.1f}", tenths / 10);
}

std::string stroke_class(int colour) {
  return colour < 0 ? std::string("sn") : fmt::format("s{}", colour);
}

std::string fill_class(int colour) {
  return colour < 0 ? std::string("fn") : fmt::format("f{}", colour);
}

std::string open(double width, double height, std::string_view title, std::string_view attributes) {
  return fmt::format(
      "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" "
      "viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\"{}{}>\n",
      html_escape(title), number(width), number(height), number(width), number(height),
      attributes.empty() ? "" : " ", attributes);
}

std::string line(double x1, double y1, double x2, double y2, std::string_view classes) {
  return fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"{}\"/>", number(x1),
                     number(y1), number(x2), number(y2), classes);
}

std::string rect(double x, double y, double width, double height, std::string_view attributes,
                 std::string_view tip) {
  const std::string start =
      fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}", number(x), number(y),
                  number(width), number(height), attributes);
  return tip.empty() ? start + "/>" : start + ">" + title_element(tip) + "</rect>";
}

std::string hatched_rect(double x, double y, double width, double height, std::string_view tip) {
  constexpr double kSpacing = 6;
  // Lines x + y = offset, from the rectangle's corner at the left top to that at the right bottom.
  std::string path;
  for (double offset = kSpacing; offset < width + height; offset += kSpacing) {
    const double from_x = std::max(0.0, offset - height);
    const double to_x = std::min(width, offset);
    path += fmt::format("M{} {}L{} {}", number(x + from_x), number(y + offset - from_x),
                        number(x + to_x), number(y + offset - to_x));
  }
  return rect(x, y, width, height, "class=\"hatched\"", tip) +
         fmt::format("<path class=\"hatch\" d=\"{}\"/>", path);
}

std::string text(double x, double y, std::string_view content, Anchor anchor,
                 std::string_view classes) {
  return text_element(x, y, content, 0, anchor, classes, {});
}

std::string short_text(double x, double y, std::string_view content, size_t columns, Anchor anchor,
                       std::string_view classes) {
  return text_element(x, y, content, columns, anchor, classes, {});
}

std::string upright_text(double x, double y, std::string_view content, size_t columns,
                         Anchor anchor, std::string_view classes) {
  return text_element(x, y, content, columns, anchor, classes,
                      fmt::format(" transform=\"rotate(-90 {} {})\"", number(x), number(y)));
}

double text_width(std::string_view content) {
  return static_cast<double>(visible_width(printable(content))) * kCharacter;
}

}  // namespace rn::svg
