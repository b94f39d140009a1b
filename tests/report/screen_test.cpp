#include "report/screen.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/error.h"
#include "core/file_size_limit.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"
#include "report/fake_screen.h"

namespace rn {
namespace {

using Rows = std::vector<std::string>;

TEST(Screen, LiveLineIsDrawnAgainInItsPlace) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  screen.draw_live(StyledText("a long first line"));
  screen.draw_live(StyledText("short"));
  EXPECT_EQ(terminal.rows(), Rows{"short"});
  EXPECT_EQ(terminal.writes, 2) << "one piece for each drawing, or it flickers";
  EXPECT_EQ(terminal.written.find("\x1b[2K"), std::string::npos) << "never cleared first";
}

TEST(Screen, SameLiveLineIsNotWrittenAgain) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  screen.draw_live(StyledText("x"));
  screen.draw_live(StyledText("x"));
  EXPECT_EQ(terminal.writes, 1);
}

TEST(Screen, LinesThatStayGoAboveTheLiveOne) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  screen.draw_live(StyledText("a live line"));
  screen.print("warn");
  EXPECT_EQ(terminal.rows(), (Rows{"warn", "a live line"}));
  screen.draw_live(StyledText("live"));
  screen.print("two\nlines\n");
  EXPECT_EQ(terminal.rows(), (Rows{"warn", "two", "lines", "live"}));
  screen.clear_live();
  screen.print("end");
  EXPECT_EQ(terminal.rows(), (Rows{"warn", "two", "lines", "end", ""}));
}

TEST(Screen, LiveLineIsCutToTheWidthBeforeTheLastColumn) {
  FakeScreen terminal;
  terminal.width = 10;
  Screen screen(terminal.options());
  screen.draw_live(StyledText("0123456789abc"));
  EXPECT_EQ(terminal.rows(), Rows{"012345678"});
}

TEST(Screen, ThereIsNoLiveLineWithoutATerminal) {
  FakeScreen file;
  Screen screen(file.options(/*live=*/false));
  screen.draw_live(StyledText("x"));
  screen.clear_live();
  screen.print("line");
  EXPECT_EQ(file.written, "line\n");
}

TEST(Screen, ColoursOnlyWhereTheyAreWanted) {
  FakeScreen terminal;
  ScreenOptions options = terminal.options();
  Screen plain(options);
  plain.print(StyledText("x", Style::kGood));
  EXPECT_EQ(terminal.written, "x\n");
  terminal.written.clear();
  options.colour = true;
  Screen coloured(options);
  coloured.print(StyledText("x", Style::kGood));
  EXPECT_EQ(terminal.written, "\x1b[32mx\x1b[0m\n");
}

TEST(Screen, TakesItsLiveLineAwayWhenItGoes) {
  FakeScreen terminal;
  { Screen(terminal.options()).draw_live(StyledText("x")); }
  EXPECT_EQ(terminal.rows(), Rows{""});
}

TEST(Screen, LogGetsWhatStaysWithoutControlCodes) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "log.txt", std::string_view("earlier\n"));
  FakeScreen terminal;
  ScreenOptions options = terminal.options();
  options.colour = true;
  Screen screen(options);
  screen.print("before the log");
  screen.log_to(folder / "log.txt");
  screen.draw_live(StyledText("live"));
  screen.print(StyledText("green", Style::kGood));
  screen.print("\x1b[31ma\nb");
  screen.show(StyledText("screen only"));
  screen.log("log only");
  EXPECT_EQ(read_file(folder / "log.txt"), "earlier\nbefore the log\ngreen\n?[31ma\nb\nlog only\n");
}

TEST(Screen, FullDiskUnderTheLogIsSaidOnceAndStopsNothing) {
  const TemporaryFolder folder;
  FakeScreen terminal;
  Screen screen(terminal.options());
  screen.log_to(folder / "log.txt");
  screen.print("one");
  {
    const FileSizeLimit limit(4);
    screen.print("two");
    screen.print("three");
  }
  screen.print("four");
  EXPECT_EQ(terminal.rows(), (Rows{"one", "two",
                                   (folder / "log.txt").string() +
                                       ": writing failed: File too large; free some space on that "
                                       "disk, this line is lost",
                                   "three", "four", ""}));
  EXPECT_EQ(read_file(folder / "log.txt"), "one\nfour\n");
}

TEST(Screen, LogThatCanNotBeOpenedIsAnError) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  const TemporaryFolder folder;
  const std::string text = error_text([&] { screen.log_to(folder / "no/log.txt"); });
  EXPECT_TRUE(text.starts_with((folder / "no/log.txt").string())) << text;
}

TEST(Screen, ThreadsDoNotTearEachOthersLines) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 100; ++i) {
          screen.print(std::string(20, static_cast<char>('a' + t)));
          screen.draw_live(StyledText(std::string(30, static_cast<char>('A' + t))));
        }
      });
    }
  }
  screen.clear_live();
  Rows rows = terminal.rows();
  ASSERT_EQ(rows.size(), 401u);
  rows.pop_back();
  for (const std::string& row : rows) EXPECT_EQ(row, std::string(20, row[0]));
}

}  // namespace
}  // namespace rn
