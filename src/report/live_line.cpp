#include "report/live_line.h"

#include <algorithm>
#include <cmath>

namespace rn {
namespace {

constexpr size_t kShortestBar = 8;
constexpr size_t kLongestBar = 24;
constexpr size_t kFieldGap = 2;

size_t width_of(const LineField& field) { return field.bar ? kShortestBar : field.text.width(); }

/// The rank up to which the fields fit.
int highest_rank(const std::vector<LineField>& fields, size_t width) {
  int highest = 0;
  for (const LineField& field : fields) highest = std::max(highest, field.rank);
  for (; highest > 0; --highest) {
    size_t needed = 0;
    for (const LineField& field : fields) {
      if (field.rank <= highest) needed += width_of(field) + kFieldGap;
    }
    if (needed <= width + kFieldGap) break;
  }
  return highest;
}

std::string repeated(std::string_view glyph, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += glyph;
  return all;
}

}  // namespace

StyledText bar_text(double share, size_t width, bool unicode, Style filled) {
  const double clamped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  StyledText bar;
  if (unicode) {
    // Twice as fine as the columns: a half glyph ends the filled part.
    const auto halves = static_cast<size_t>(std::floor(clamped * 2 * static_cast<double>(width)));
    bar.add(repeated("━", halves / 2) + (halves % 2 == 1 ? "╸" : ""), filled);
    bar.add(repeated("─", width - (halves + 1) / 2), Style::kFaint);
    return bar;
  }
  const size_t inside = width - std::min<size_t>(width, 2);
  const auto done = static_cast<size_t>(std::floor(clamped * static_cast<double>(inside)));
  bar.add("[").add(repeated("=", done), filled).add(repeated(" ", inside - done)).add("]");
  return bar;
}

StyledText fit_line(const std::vector<LineField>& fields, size_t width, bool unicode) {
  const int highest = highest_rank(fields, width);
  size_t used = 0;
  for (const LineField& field : fields) {
    if (field.rank <= highest) used += width_of(field) + kFieldGap;
  }
  used -= std::min(used, kFieldGap);
  const size_t spare = width - std::min(width, used);
  StyledText line;
  for (const LineField& field : fields) {
    if (field.rank > highest) continue;
    if (!line.empty()) line.add("  ");
    if (field.bar) {
      const size_t length = std::min(kShortestBar + spare, kLongestBar);
      line.add(bar_text(field.bar->share, length, unicode, field.bar->filled));
    } else {
      line.add(field.text);
    }
  }
  return line.cut(width);
}

StyledText labelled(std::string_view label, std::string_view value, Style style) {
  StyledText text;
  return text.add(label, Style::kFaint).add(" ").add(value, style);
}

}  // namespace rn
