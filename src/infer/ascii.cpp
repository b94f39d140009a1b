#include <array>
#include <cstdint>
#include <string_view>

#include "infer/drawing.h"

namespace rn {
namespace {

/// U+00C0 .. U+017F (Latin-1 letters and Latin Extended-A) without their accents; a control
/// character is an index into kSpelled.
constexpr std::string_view kLatin =
    "AAAAAA\1CEEEEIIIIDNOOOOOxOUUUUY\3\2"   // U+00C0
    "aaaaaa\4ceeeeiiiidnooooo/ouuuuy\5y"    // U+00E0
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg"      // U+0100
    "GgGgHhHhIiIiIiIiIi\6\7JjKkkLlLlLlL"    // U+0120
    "lLlNnNnNnnNnOoOoOo\10\11RrRrRrSsSsSs"  // U+0140
    "SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";     // U+0160
static_assert(kLatin.size() == 0x180 - 0xC0);

/// Letters that take two.
constexpr std::array<std::string_view, 10> kSpelled = {"",   "AE", "ss", "Th", "ae",
                                                       "th", "IJ", "ij", "OE", "oe"};

/// Reads one code point and moves `text` past it; -1 for a byte that isn't UTF-8.
int32_t next_code_point(std::string_view& text) {
  const auto lead = static_cast<uint8_t>(text.front());
  text.remove_prefix(1);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : -1;
  if (more < 0 || lead > 0xF4 || text.size() < static_cast<size_t>(more)) return -1;
  int32_t code = lead & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    const auto next = static_cast<uint8_t>(text[static_cast<size_t>(i)]);
    if ((next & 0xC0) != 0x80) return -1;
    code = code << 6 | (next & 0x3F);
  }
  text.remove_prefix(static_cast<size_t>(more));
  return code;
}

}  // namespace

std::string printable_ascii(std::string_view utf8) {
  std::string text;
  while (!utf8.empty()) {
    const int32_t code = next_code_point(utf8);
    if (code >= 0x20 && code < 0x7F) {
      text += static_cast<char>(code);
    } else if (code >= 0xC0 && code < 0x180) {
      const char letter = kLatin[static_cast<size_t>(code - 0xC0)];
      if (static_cast<size_t>(letter) < kSpelled.size()) {
        text += kSpelled[static_cast<size_t>(letter)];
      } else {
        text += letter;
      }
    } else if (code >= 0x300 && code < 0x370) {
      continue;  // a combining accent: its letter stands before it
    } else {
      text += code == 0xA0 || code == '\t' || code == '\n' ? ' ' : '?';
    }
  }
  return text;
}

}  // namespace rn
