#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rn {

/// What the screen can do, and how much room a text takes on it.

bool is_terminal(int fd);

/// Columns of the terminal: COLUMNS if it is set, else what the terminal says, else 80.
size_t terminal_width(int fd);

/// Colours are for terminals that aren't "dumb", and for users who haven't set NO_COLOR
/// (no-color.org).
bool colour_wanted(int fd);

/// False only where the environment names another character set or a terminal without these
/// glyphs: containers seldom set a locale, and theirs are UTF-8 terminals.
bool unicode_wanted();

/// Columns that UTF-8 text takes: 0 for combining marks, 2 for East Asian wide characters and
/// pictographs. @pre no control characters (see printable)
size_t visible_width(std::string_view text);

/// The longest start of `text` that takes at most `width` columns.
std::string_view cut_to_width(std::string_view text, size_t width);

/// Padded with spaces to `width` columns, on the right or on the left.
std::string pad_right(std::string_view text, size_t width);
std::string pad_left(std::string_view text, size_t width);

/// The text with control characters and bytes that aren't UTF-8 as "?": names from data sets can't
/// move the cursor or break a line.
std::string printable(std::string_view text);

}  // namespace rn
