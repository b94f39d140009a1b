#include "report/progress_bar.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "core/files.h"
#include "core/temporary_folder.h"
#include "report/fake_screen.h"

namespace rn {
namespace {

using Rows = std::vector<std::string>;

TEST(ProgressBar, ShowsNothingWhenItIsSoonDone) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  ProgressBar progress(screen, "predict", 3);
  for (int i = 0; i < 3; ++i) {
    terminal.seconds += 0.3;
    progress.advance();
  }
  progress.finish();
  EXPECT_EQ(terminal.written, "");
}

TEST(ProgressBar, ShowsBarRateAndTimeLeftAndStaysAsOneLine) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  ProgressBar progress(screen, "predict", 40);
  for (int i = 0; i < 20; ++i) {
    terminal.seconds += 0.5;
    progress.advance();
  }
  EXPECT_EQ(terminal.rows(),
            Rows{"predict  ━━━━━━━━━━━━────────────  20/40   0:10 left  2.00 img/s"});
  terminal.width = 40;
  terminal.seconds += 0.5;
  progress.advance();
  EXPECT_EQ(terminal.rows(), Rows{"predict  ━━━━━╸─────  21/40   0:10 left"});
  terminal.seconds += 9.5;
  progress.update(40);
  progress.finish();
  progress.finish();
  EXPECT_EQ(terminal.rows(), (Rows{"predict 40 img in 20.0 s, 2.00 img/s", ""}));
}

TEST(ProgressBar, DrawsAtMostTenTimesASecond) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  ProgressBar progress(screen, "predict", 100000);
  for (int i = 0; i < 11000; ++i) {
    terminal.seconds += 0.001;
    progress.advance();
  }
  EXPECT_GT(terminal.writes, 80);
  EXPECT_LE(terminal.writes, 101);
}

TEST(ProgressBar, WithoutATotalThereIsNoBarAndNoTimeLeft) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  ProgressBar progress(screen, "video", 0, {.unit = "frames"});
  for (int i = 0; i < 4; ++i) {
    terminal.seconds += 0.5;
    progress.advance();
  }
  EXPECT_EQ(terminal.rows(), Rows{"video  4  2.00 frames/s"});
}

TEST(ProgressBar, GoesWithoutATraceAfterAnException) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  {
    ProgressBar progress(screen, "predict", 4);
    terminal.seconds += 2;
    progress.advance();
    EXPECT_NE(terminal.rows(), Rows{""});
  }
  EXPECT_EQ(terminal.rows(), Rows{""});
}

TEST(ProgressBar, LeavesNothingIfAskedTo) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  ProgressBar progress(screen, "evaluate", 4, {.keep = false});
  terminal.seconds += 2;
  progress.advance();
  progress.finish();
  EXPECT_EQ(terminal.rows(), Rows{""});
}

TEST(ProgressBar, TellsNoRateWhereThatWouldMislead) {
  const TemporaryFolder folder;
  FakeScreen terminal;
  Screen screen(terminal.options());
  screen.log_to(folder / "log.txt");
  ProgressBar progress(screen, "bench", 2, {.unit = "rounds", .rate = false});
  terminal.seconds += 40;
  progress.advance();
  EXPECT_EQ(terminal.rows(), Rows{"bench  ━━━━━━━━━━━━────────────  1/2   0:40 left"});
  terminal.seconds += 20;
  progress.advance();
  progress.finish();
  EXPECT_EQ(terminal.rows(), (Rows{"bench 2 rounds in 1:00", ""}));
  EXPECT_EQ(read_file(folder / "log.txt"),
            "bench 1/2 rounds, left 0:40\n"
            "bench 2 rounds in 1:00\n");
}

TEST(ProgressBar, OfAFewPartsIsThereWhileTheFirstOneLasts) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  ProgressBar progress(screen, "import", 3, kWholeParts);
  progress.update(0);
  EXPECT_EQ(terminal.rows(), Rows{"import  ────────────────────────  0/3"});
  progress.advance();
  EXPECT_NE(terminal.rows()[0].find("1/3"), std::string::npos);
  progress.finish();
  EXPECT_EQ(terminal.rows(), Rows{""});
}

TEST(ProgressBar, WithoutATerminalItWritesLinesAtIntervals) {
  const TemporaryFolder folder;
  FakeScreen file;
  Screen screen(file.options(/*live=*/false));
  screen.log_to(folder / "log.txt");
  ProgressBar progress(screen, "synth", 100, {.unit = "scenes"});
  for (int i = 0; i < 70; ++i) {
    file.seconds += 1;
    progress.advance();
  }
  progress.finish();
  EXPECT_EQ(file.written,
            "synth 30/100 1.00 scenes/s left 1:10\n"
            "synth 60/100 1.00 scenes/s left 0:40\n"
            "synth 70 scenes in 1:10, 1.00 scenes/s\n");
  EXPECT_EQ(read_file(folder / "log.txt"), file.written);
}

TEST(ProgressBar, ThreadsMayAdvanceIt) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  ProgressBar progress(screen, "x", 4000);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) progress.advance();
      });
    }
  }
  terminal.seconds += 4;
  progress.finish();
  EXPECT_EQ(terminal.rows(), (Rows{"x 4000 img in 4.0 s, 1000 img/s", ""}));
}

TEST(ProgressBar, MoreThanTheTotalIsHarmless) {
  FakeScreen terminal;
  Screen screen(terminal.options());
  ProgressBar progress(screen, "x", 2);
  terminal.seconds += 2;
  progress.update(5);
  EXPECT_EQ(terminal.rows(), Rows{"x  ━━━━━━━━━━━━━━━━━━━━━━━━  5/2   0:00 left  2.50 img/s"});
}

}  // namespace
}  // namespace rn
