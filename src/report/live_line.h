#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "report/styled_text.h"

namespace rn {

/// A bar of which `share` (0..1) is filled, `width` columns wide.
StyledText bar_text(double share, size_t width, bool unicode, Style filled);

struct BarLook {
  double share = 0;
  Style filled = Style::kBar;
};

/// A part of a line: text, or the bar, which takes the room that is left.
struct LineField {
  StyledText text;
  int rank = 0;  ///< 0: stays on any screen; else those of high rank go first when room is short
  std::optional<BarLook> bar = std::nullopt;
};

/// The fields in their order with two spaces between, in at most `width` columns.
StyledText fit_line(const std::vector<LineField>& fields, size_t width, bool unicode);

/// "label value", the label faint.
StyledText labelled(std::string_view label, std::string_view value, Style style = Style::kPlain);

}  // namespace rn
