#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace rn::svg {

/// What the charts of svg_chart.h are put together from. Texts are escaped here; `classes` name
/// rules of chart_css().

/// Average width of a character at the charts' font size, in pixels, with some room.
inline constexpr double kCharacter = 6.9;
inline constexpr double kLineHeight = 16;

/// A coordinate: a tenth of a pixel is as fine as it gets.
std::string number(double value);

/// "s3", "f3": the classes that stroke or fill with a colour of the palette; "sn", "fn" neutral.
std::string stroke_class(int colour);
std::string fill_class(int colour);

/// @param attributes more of them, "a=\"1\""
std::string open(double width, double height, std::string_view title,
                 std::string_view attributes = {});
inline constexpr std::string_view kClose = "</svg>\n";

std::string line(double x1, double y1, double x2, double y2, std::string_view classes);

/// @param tip the tooltip, none if empty
std::string rect(double x, double y, double width, double height, std::string_view attributes,
                 std::string_view tip = {});

/// Outlined in grey and hatched with slanting lines, which can be told from a filled one in black
/// and white.
std::string hatched_rect(double x, double y, double width, double height,
                         std::string_view tip = {});

enum class Anchor { kStart, kMiddle, kEnd };

/// @param y of the base line
std::string text(double x, double y, std::string_view content, Anchor anchor,
                 std::string_view classes = {});

/// The same, cut to `columns` with the whole as its tooltip.
std::string short_text(double x, double y, std::string_view content, size_t columns, Anchor anchor,
                       std::string_view classes = {});

/// Turned by -90 degrees about (x, y).
std::string upright_text(double x, double y, std::string_view content, size_t columns,
                         Anchor anchor, std::string_view classes = {});

/// Pixels that the text takes, about.
double text_width(std::string_view content);

}  // namespace rn::svg
