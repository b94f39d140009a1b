#include "report/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace rn {
namespace {

/// Sets environment variables and puts the old ones back; an empty optional removes one.
class Environment {
 public:
  Environment(std::initializer_list<std::pair<const char*, std::optional<std::string>>> values) {
    for (const auto& [name, value] : values) {
      const char* old = ::getenv(name);
      old_[name] = old ? std::optional<std::string>(old) : std::nullopt;
      put(name, value);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : old_) put(name, value);
  }

 private:
  static void put(const std::string& name, const std::optional<std::string>& value) {
    value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
  }
  std::map<std::string, std::optional<std::string>> old_;
};

/// The screen's end of a new pseudo-terminal, 57 columns wide; -1 where there are none.
class PseudoTerminal {
 public:
  PseudoTerminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) return;
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    const winsize size{.ws_row = 10, .ws_col = 57, .ws_xpixel = 0, .ws_ypixel = 0};
    ::ioctl(slave_, TIOCSWINSZ, &size);
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal() {
    ::close(slave_);
    ::close(master_);
  }
  int fd() const { return slave_; }

 private:
  int master_;
  int slave_ = -1;
};

TEST(Terminal, FileIsNoTerminalAndGetsNoColour) {
  const Environment environment{{"NO_COLOR", {}}, {"TERM", "xterm"}};
  const int fd = ::open("/dev/null", O_WRONLY);
  EXPECT_FALSE(is_terminal(fd));
  EXPECT_FALSE(colour_wanted(fd));
  ::close(fd);
}

TEST(Terminal, ColourIsForTerminalsUnlessTheUserOrTheTerminalSaysNo) {
  const PseudoTerminal terminal;
  if (terminal.fd() < 0) GTEST_SKIP() << "no pseudo-terminal can be had here";
  EXPECT_TRUE(is_terminal(terminal.fd()));
  {
    const Environment environment{{"NO_COLOR", {}}, {"TERM", "xterm"}};
    EXPECT_TRUE(colour_wanted(terminal.fd()));
  }
  {
    const Environment environment{{"NO_COLOR", ""}, {"TERM", "xterm"}};
    EXPECT_TRUE(colour_wanted(terminal.fd())) << "an empty NO_COLOR counts as not set";
  }
  {
    const Environment environment{{"NO_COLOR", "0"}, {"TERM", "xterm"}};
    EXPECT_FALSE(colour_wanted(terminal.fd())) << "any value counts";
  }
  const Environment environment{{"NO_COLOR", {}}, {"TERM", "dumb"}};
  EXPECT_FALSE(colour_wanted(terminal.fd()));
}

TEST(Terminal, WidthIsThatOfColumnsThenOfTheTerminalThenEighty) {
  const PseudoTerminal terminal;
  const int file = ::open("/dev/null", O_WRONLY);
  for (const char* columns : {"", "0", "-3", "wide", "50x", "99999999999999999999999"}) {
    const Environment environment{{"COLUMNS", columns}};
    EXPECT_EQ(terminal_width(file), 80u) << columns;
    if (terminal.fd() < 0) continue;
    EXPECT_EQ(terminal_width(terminal.fd()), 57u) << columns;
  }
  const Environment environment{{"COLUMNS", "123"}};
  EXPECT_EQ(terminal_width(file), 123u);
  EXPECT_EQ(terminal_width(terminal.fd()), 123u);
  ::close(file);
}

TEST(Terminal, GlyphsAreLeftOutOnlyWhereTheyCanNotBeShown) {
  const auto wanted = [](const char* term, const char* all, const char* lang) {
    const Environment environment{
        {"TERM", term}, {"LC_ALL", all}, {"LC_CTYPE", ""}, {"LANG", lang}};
    return unicode_wanted();
  };
  EXPECT_TRUE(wanted("xterm", "", ""));
  EXPECT_TRUE(wanted("xterm", "", "C"));
  EXPECT_TRUE(wanted("xterm", "", "en_US.utf8"));
  EXPECT_TRUE(wanted("xterm", "C.UTF-8", "de_DE.ISO-8859-1"));
  EXPECT_FALSE(wanted("xterm", "", "de_DE.ISO-8859-1"));
  EXPECT_FALSE(wanted("linux", "", "en_US.UTF-8"));
  EXPECT_FALSE(wanted("dumb", "", "en_US.UTF-8"));
}

TEST(VisibleWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(visible_width(""), 0u);
  EXPECT_EQ(visible_width("abc"), 3u);
  EXPECT_EQ(visible_width("\u00e9"), 1u);
  EXPECT_EQ(visible_width("e\u0301"), 1u);       // the accent on its own
  EXPECT_EQ(visible_width("\u8d64\u8840"), 4u);  // two Chinese characters
  EXPECT_EQ(visible_width("\U0001f600"), 2u);    // a smiling face
  EXPECT_EQ(visible_width("\u2501\u2578\u2605"), 3u);
  EXPECT_EQ(visible_width("\xff\xc3"), 2u);  // not UTF-8: a column for each byte
}

TEST(CutToWidth, NeverCutsACharacterOrItsMarks) {
  EXPECT_EQ(cut_to_width("abc", 2), "ab");
  EXPECT_EQ(cut_to_width("abc", 9), "abc");
  EXPECT_EQ(cut_to_width("\u8d64\u8840", 3), "\u8d64");
  EXPECT_EQ(cut_to_width("e\u0301x", 1), "e\u0301");
  EXPECT_EQ(cut_to_width("abc", 0), "");
}

TEST(Pad, CountsColumnsNotBytes) {
  EXPECT_EQ(pad_left("\u00e9", 3), "  \u00e9");
  EXPECT_EQ(pad_right("\u8d64", 3), "\u8d64 ");
  EXPECT_EQ(pad_left("abcd", 3), "abcd");
}

TEST(Printable, LeavesNothingThatMovesTheCursorOrBreaksTheLine) {
  EXPECT_EQ(printable("caf\u00e9 \u8d64"), "caf\u00e9 \u8d64");
  EXPECT_EQ(printable("a\x1b[2Jb\r\n\tc\x7f"), "a?[2Jb???c?");
  EXPECT_EQ(printable("\u0085\u202e\u2028"), "???");
  EXPECT_EQ(printable("a\xff\xc3("), std::string("a") + "?" + "?(");
  EXPECT_EQ(printable("\xe8\xb5"), "??");                 // cut short
  EXPECT_EQ(printable("\xc0\x80\xed\xa0\x80"), "?????");  // overlong, surrogate
}

}  // namespace
}  // namespace rn
