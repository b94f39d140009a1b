#include "report/styled_text.h"

#include "report/terminal.h"

namespace rn {
namespace {

/// The eight basic colours: they follow the user's own palette, light or dark.
std::string_view ansi_code(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kStrong:
      return "\x1b[1m";
    case Style::kFaint:
      return "\x1b[2m";
    case Style::kBar:
      return "\x1b[36m";
    case Style::kGood:
      return "\x1b[32m";
    case Style::kWarning:
      return "\x1b[33m";
  }
  return "";
}

}  // namespace

StyledText& StyledText::add(std::string_view text, Style style) {
  if (text.empty()) return *this;
  if (!parts_.empty() && parts_.back().style == style) {
    parts_.back().text += printable(text);
  } else {
    parts_.push_back({printable(text), style});
  }
  return *this;
}

StyledText& StyledText::add(const StyledText& other) {
  for (const Part& part : other.parts_) add(part.text, part.style);
  return *this;
}

size_t StyledText::width() const {
  size_t width = 0;
  for (const Part& part : parts_) width += visible_width(part.text);
  return width;
}

std::string StyledText::plain() const {
  std::string all;
  for (const Part& part : parts_) all += part.text;
  return all;
}

std::string StyledText::coloured() const {
  std::string all;
  for (const Part& part : parts_) {
    const std::string_view code = ansi_code(part.style);
    all += code;
    all += part.text;
    if (!code.empty()) all += "\x1b[0m";
  }
  return all;
}

StyledText StyledText::cut(size_t width) const {
  StyledText start;
  for (const Part& part : parts_) {
    const std::string_view piece = cut_to_width(part.text, width);
    start.add(piece, part.style);
    if (piece.size() < part.text.size()) break;
    width -= visible_width(piece);
  }
  return start;
}

}  // namespace rn
