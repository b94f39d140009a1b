#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rn {

enum class Style : uint8_t { kPlain, kStrong, kFaint, kBar, kGood, kWarning };

/// One line of text of which parts may be coloured. It holds printable characters only.
class StyledText {
 public:
  StyledText() = default;
  explicit StyledText(std::string_view text, Style style = Style::kPlain) { add(text, style); }

  StyledText& add(std::string_view text, Style style = Style::kPlain);
  StyledText& add(const StyledText& other);

  bool empty() const { return parts_.empty(); }
  /// Columns that it takes on the screen.
  size_t width() const;
  std::string plain() const;
  /// With ANSI codes; each coloured part ends with a reset.
  std::string coloured() const;
  /// The start that takes at most `width` columns.
  StyledText cut(size_t width) const;

 private:
  struct Part {
    std::string text;
    Style style;
  };
  std::vector<Part> parts_;
};

}  // namespace rn
