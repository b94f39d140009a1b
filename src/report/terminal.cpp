#include "report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>

namespace rn {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 1;
  bool valid = false;
};

/// The character at the start of a text that isn't empty.
CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const size_t bytes = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < bytes) return {};
  uint32_t value = byte(0) & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3f);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (overlong || surrogate || value > 0x10ffff) return {};
  return {value, bytes, true};
}

struct Block {
  uint32_t first;
  uint32_t last;
};

// The blocks that names are likely to use, of Unicode's EastAsianWidth.txt and of the general
// category Mn.
constexpr std::array kWide = {
    Block{0x1100, 0x115f},   Block{0x2e80, 0xa4cf},   Block{0xac00, 0xd7a3},
    Block{0xf900, 0xfaff},   Block{0xfe30, 0xfe6f},   Block{0xff00, 0xff60},
    Block{0xffe0, 0xffe6},   Block{0x1f300, 0x1f64f}, Block{0x1f680, 0x1f6ff},
    Block{0x1f900, 0x1f9ff}, Block{0x20000, 0x3fffd}};
constexpr std::array kCombining = {
    Block{0x0300, 0x036f}, Block{0x0483, 0x0489}, Block{0x0591, 0x05bd}, Block{0x064b, 0x065f},
    Block{0x200b, 0x200f}, Block{0x20d0, 0x20ff}, Block{0xfe00, 0xfe0f}, Block{0xfe20, 0xfe2f}};

template <size_t N>
bool in_any(uint32_t value, const std::array<Block, N>& blocks) {
  return std::any_of(blocks.begin(), blocks.end(), [&](const Block& block) {
    return value >= block.first && value <= block.last;
  });
}

size_t columns_of(const CodePoint& c) {
  if (c.valid && in_any(c.value, kCombining)) return 0;
  return c.valid && in_any(c.value, kWide) ? 2 : 1;
}

bool is_control(const CodePoint& c) {
  const bool separator = c.value == 0x2028 || c.value == 0x2029;
  // The marks that turn the direction of writing can make a line read as another.
  const bool direction =
      (c.value >= 0x202a && c.value <= 0x202e) || (c.value >= 0x2066 && c.value <= 0x2069);
  return c.value < 0x20 || (c.value >= 0x7f && c.value < 0xa0) || separator || direction;
}

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

size_t terminal_width(int fd) {
  const std::string_view columns = environment("COLUMNS");
  size_t width = 0;
  const auto [end, error] = std::from_chars(columns.data(), columns.data() + columns.size(), width);
  if (error == std::errc() && end == columns.data() + columns.size() && width > 0) return width;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool colour_wanted(int fd) {
  return is_terminal(fd) && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

bool unicode_wanted() {
  const std::string_view terminal = environment("TERM");
  if (terminal == "linux" || terminal == "dumb") return false;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = environment(name);
    if (locale.empty()) continue;
    std::string set(locale.substr(std::min(locale.find('.'), locale.size())));
    for (char& c : set) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return set.empty() || set.starts_with(".UTF-8") || set.starts_with(".UTF8");
  }
  return true;
}

size_t visible_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    width += columns_of(c);
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string_view cut_to_width(std::string_view text, size_t width) {
  size_t end = 0;
  while (end < text.size()) {
    const CodePoint c = first_code_point(text.substr(end));
    if (columns_of(c) > width) break;
    width -= columns_of(c);
    end += c.bytes;
  }
  return text.substr(0, end);
}

std::string pad_right(std::string_view text, size_t width) {
  return std::string(text).append(width - std::min(width, visible_width(text)), ' ');
}

std::string pad_left(std::string_view text, size_t width) {
  return std::string(width - std::min(width, visible_width(text)), ' ').append(text);
}

std::string printable(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    if (c.valid && !is_control(c)) {
      clean += text.substr(0, c.bytes);
    } else {
      clean += '?';
    }
    text.remove_prefix(c.bytes);
  }
  return clean;
}

}  // namespace rn
