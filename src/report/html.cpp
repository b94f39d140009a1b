#include "report/html.h"

#include <cstdint>

#include "report/terminal.h"

namespace rn {
namespace {

/// U+FFFE and U+FFFF in UTF-8: the only non-control characters that XML forbids.
bool is_noncharacter(std::string_view text, size_t i) {
  return text.compare(i, 3, "\xEF\xBF\xBE") == 0 || text.compare(i, 3, "\xEF\xBF\xBF") == 0;
}

}  // namespace

std::string html_escape(std::string_view text) {
  const std::string clean = printable(text);
  std::string out;
  out.reserve(clean.size());
  for (size_t i = 0; i < clean.size(); ++i) {
    switch (clean[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\xEF':
        if (is_noncharacter(clean, i)) {
          out += '?';
          i += 2;
          break;
        }
        [[fallthrough]];
      default:
        out += clean[i];
    }
  }
  return out;
}

std::string html_name(std::string_view name, size_t columns) {
  if (columns == 0 || visible_width(printable(name)) <= columns) {
    return "<bdi>" + html_escape(name) + "</bdi>";
  }
  return "<bdi title=\"" + html_escape(name) + "\">" + html_escape(with_ellipsis(name, columns)) +
         "</bdi>";
}

std::string with_ellipsis(std::string_view text, size_t columns) {
  const std::string clean = printable(text);
  if (visible_width(clean) <= columns) return clean;
  return std::string(cut_to_width(clean, columns > 0 ? columns - 1 : 0)) + "…";
}

std::string data_uri(std::string_view media_type, std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "data:" + html_escape(media_type) + ";base64,";
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  const auto byte = [&](size_t i) {
    return i < bytes.size() ? static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) : 0;
  };
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += kDigits[three >> 18];
    out += kDigits[three >> 12 & 63];
    out += i + 1 < bytes.size() ? kDigits[three >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kDigits[three & 63] : '=';
  }
  return out;
}

}  // namespace rn
