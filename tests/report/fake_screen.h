#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/screen.h"

namespace rn {

/// A terminal of which a test can read the rows. It knows what Screen uses: line breaks, carriage
/// returns, "erase to the end of the line" and colours, which it drops. Lines never wrap: a row
/// that is too wide is for the test to find.
class FakeScreen {
 public:
  /// The terminal's rows as a person sees them, without the spaces at their ends.
  std::vector<std::string> rows() const {
    std::vector<std::vector<std::string>> cells(1);
    size_t column = 0;
    for (size_t i = 0; i < written.size();) {
      const std::string_view rest = std::string_view(written).substr(i);
      if (rest.starts_with("\x1b[K")) {
        cells.back().resize(std::min(column, cells.back().size()));
        i += 3;
      } else if (rest.starts_with("\x1b[")) {
        i += rest.find('m') + 1;
      } else if (rest[0] == '\r') {
        column = 0;
        ++i;
      } else if (rest[0] == '\n') {
        cells.emplace_back();
        column = 0;
        ++i;
      } else {
        size_t bytes = 1;
        while (bytes < rest.size() && (rest[bytes] & 0xc0) == 0x80) ++bytes;
        if (column >= cells.back().size()) cells.back().resize(column + 1, " ");
        cells.back()[column++] = rest.substr(0, bytes);
        i += bytes;
      }
    }
    std::vector<std::string> rows;
    for (const auto& row : cells) {
      std::string text;
      for (const std::string& cell : row) text += cell;
      text.erase(text.find_last_not_of(' ') + 1);
      rows.push_back(text);
    }
    return rows;
  }
  std::string last_row() const { return rows().back(); }

  ScreenOptions options(bool live = true) {
    return {.write =
                [this](std::string_view text) {
                  written += text;
                  ++writes;
                },
            .width = [this] { return width; },
            .clock = [this] { return seconds; },
            .live = live,
            .colour = false,
            .unicode = true};
  }

  std::string written;
  int writes = 0;
  size_t width = 200;
  double seconds = 1000;
};

}  // namespace rn
