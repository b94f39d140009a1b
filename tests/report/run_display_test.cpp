#include "report/run_display.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "core/files.h"
#include "core/temporary_folder.h"
#include "report/fake_screen.h"
#include "report/terminal.h"

namespace rn {
namespace {

using Rows = std::vector<std::string>;

/// A run of 16 epochs of 100 steps of 4 images, half a second each.
StepEvent step(int64_t epoch, int64_t step_in_epoch) {
  StepEvent event;
  event.epochs = 16;
  event.epoch = epoch;
  event.steps_per_epoch = 100;
  event.step_in_epoch = step_in_epoch;
  event.iterations = 1600;
  event.iteration = (epoch - 1) * 100 + step_in_epoch;
  event.images = 4;
  event.loss_cls = 0.5;
  event.loss_box = 0.25;
  event.learning_rate = 0.00024;
  event.step_seconds = 0.5;
  event.data_seconds = 0.015;
  return event;
}

EvaluationEvent evaluation(int64_t epoch) {
  EvaluationEvent event;
  event.epoch = epoch;
  event.iteration = epoch * 100;
  event.stats = {0.461, 0.791, 0.5, -1, 0.455, 0.59, 0.2, 0.5, 0.602, -1, 0.5, 0.6};
  event.seconds = 4.1;
  event.is_best = true;
  event.best_ap = 0.461;
  event.best_epoch = epoch;
  return event;
}

class Progress : public testing::Test {
 protected:
  void start(bool live = true) {
    progress_.reset();  // it draws on the screen that goes
    screen_ = std::make_unique<Screen>(terminal_.options(live));
    screen_->log_to(folder_ / "log.txt");
    progress_ = std::make_unique<RunDisplay>(
        *screen_, RunDisplayOptions{.memory = [] { return int64_t{1'240'000'000}; }});
  }
  void steps(int64_t epoch, int64_t first, int64_t last) {
    for (int64_t i = first; i <= last; ++i) {
      terminal_.seconds += 0.5;
      progress_->on_step(step(epoch, i));
    }
  }
  std::string log() const { return read_file(folder_ / "log.txt"); }

  TemporaryFolder folder_;
  FakeScreen terminal_;
  std::unique_ptr<Screen> screen_;
  std::unique_ptr<RunDisplay> progress_;
};

TEST_F(Progress, LiveLineSaysAllOnAWideScreen) {
  start();
  steps(3, 1, 50);
  // Left: 50 steps of 0.5 s of the epoch, 1600 - 250 of the run.
  EXPECT_EQ(
      terminal_.rows(),
      Rows{"epoch  3/16  ━━━━━━━━━━━━────────────   50/100   0:25 left  8.00 img/s  loss 0.7500  "
           "cls 0.5000  box 0.2500  lr 2.40e-04  wait  3%  mem 1.24 GB  run 11:15 left"});
}

TEST_F(Progress, SavingThatFailsIsSaidAsLongAsItDoes) {
  for (const size_t width : {200, 40}) {
    terminal_.width = width;
    start();
    StepEvent event = step(3, 50);
    event.saving_fails = true;
    progress_->on_step(event);
    EXPECT_EQ(terminal_.last_row().rfind("epoch  3/16  not saved  ", 0), 0) << terminal_.last_row();
    progress_->finish();
    EXPECT_NE(log().find(" not_saved "), std::string::npos) << log();
    start();
    steps(3, 51, 51);
    EXPECT_EQ(terminal_.last_row().find("not saved"), std::string::npos) << terminal_.last_row();
  }
}

TEST_F(Progress, NarrowScreensGetFewerFields) {
  start();
  terminal_.width = 80;
  steps(3, 1, 50);
  EXPECT_EQ(terminal_.last_row(),
            "epoch  3/16  ━━━━━━━━────────   50/100  8.00 img/s  loss 0.7500  run 11:15 left");
  terminal_.width = 40;
  steps(3, 51, 51);
  EXPECT_EQ(terminal_.last_row(), "epoch  3/16   51/100  loss 0.7500");
  terminal_.width = 5;
  steps(3, 52, 52);
  EXPECT_EQ(terminal_.last_row(), "epoc");
}

TEST_F(Progress, NothingIsEverWiderThanTheScreen) {
  for (size_t width = 1; width < 220; width += 3) {
    terminal_.written.clear();
    terminal_.width = width;
    start();
    steps(1, 1, 3);
    EvaluationEvent worse = evaluation(1);
    worse.is_best = false;
    progress_->on_evaluation(worse);
    progress_->on_evaluation(evaluation(1));
    progress_->finish();
    for (const std::string& row : terminal_.rows()) EXPECT_LE(visible_width(row), width) << row;
  }
}

TEST_F(Progress, ColumnsStandStill) {
  start();
  steps(1, 1, 9);
  const std::string before = terminal_.last_row();
  terminal_.seconds += 5;
  StepEvent other = step(10, 95);
  other.loss_cls = 12.25;
  other.data_seconds = 0.5;
  progress_->on_step(other);
  const std::string after = terminal_.last_row();
  for (const char* label : {"img/s", "loss", "cls", "box", "lr", "wait", "mem", "run"}) {
    EXPECT_EQ(visible_width(before.substr(0, before.find(label))),
              visible_width(after.substr(0, after.find(label))))
        << before << "\n"
        << after;
  }
}

TEST_F(Progress, TimeLeftIsSensibleFromTheSecondStep) {
  start();
  StepEvent slow = step(1, 1);
  slow.step_seconds = 5;
  progress_->on_step(slow);
  EXPECT_NE(terminal_.last_row().find(" 8:15 left"), std::string::npos) << "99 steps of 5 s";
  steps(1, 2, 2);
  EXPECT_NE(terminal_.last_row().find(" 0:49 left"), std::string::npos) << terminal_.last_row();
  EXPECT_NE(terminal_.last_row().find("run 13:19 left"), std::string::npos) << "1598 of 0.5 s";
}

TEST_F(Progress, TimeLeftCountsTheEvaluationsToCome) {
  start();
  steps(1, 1, 100);
  EvaluationEvent event = evaluation(1);
  event.seconds = 60;
  progress_->on_evaluation(event);
  steps(2, 1, 50);
  // 1450 steps of 0.5 s, and 15 evaluations of 60 s.
  EXPECT_NE(terminal_.last_row().find("run 27:05 left"), std::string::npos) << terminal_.last_row();
}

TEST_F(Progress, IsDrawnAtMostTenTimesASecond) {
  start();
  for (int64_t i = 1; i < 100; ++i) {
    terminal_.seconds += 0.01;
    StepEvent event = step(1, i);
    event.loss_cls = 1.0 / static_cast<double>(i);
    progress_->on_step(event);
  }
  EXPECT_GE(terminal_.writes, 9);
  EXPECT_LE(terminal_.writes, 11);
}

TEST_F(Progress, LineOfAnEpochStaysWithTheEpochsMeans) {
  start();
  for (int64_t i = 1; i <= 100; ++i) {
    StepEvent event = step(16, i);
    event.loss_cls = i <= 50 ? 1 : 0;
    progress_->on_step(event);
  }
  EXPECT_EQ(
      terminal_.rows(),
      (Rows{"epoch 16/16  ━━━━━━━━━━━━━━━━━━━━━━━━  100/100   0:50       8.00 img/s  loss 0.7500  "
            "cls 0.5000  box 0.2500  lr 2.40e-04  wait  3%  mem 1.24 GB  run  0:00 left",
            ""}));
  EXPECT_NE(log().find("epoch 16/16 done in 50.0 s loss 0.7500 cls 0.5000 box 0.2500 lr 2.40e-04 "
                       "8.00 img/s wait 3% mem 1.24 GB run_left 0:00\n"),
            std::string::npos)
      << log();
}

TEST_F(Progress, EvaluationLineOfTheBestAndOfAnother) {
  start();
  steps(3, 1, 1);
  terminal_.written.clear();
  progress_->on_evaluation(evaluation(3));
  EvaluationEvent worse = evaluation(4);
  worse.is_best = false;
  worse.best_epoch = 3;
  progress_->on_evaluation(worse);
  const std::string numbers =
      "  AP 0.461  AP50 0.791  AP75 0.500  APs     -  APm 0.455  APl 0.590  AR100 0.602    4.1 s  ";
  EXPECT_EQ(terminal_.rows()[0], "eval   3/16" + numbers + "★ best");
  EXPECT_EQ(terminal_.rows()[1], "eval   4/16" + numbers + "best 0.461 (epoch 3)");
  EXPECT_TRUE(terminal_.last_row().starts_with("epoch  3/16")) << "the live line is still there";
  EXPECT_NE(log().find("eval epoch 3/16 AP 0.461 AP50 0.791 AP75 0.500 APs - APm 0.455 APl 0.590 "
                       "AR100 0.602 in 4.1 s best\n"
                       "eval epoch 4/16 AP 0.461 AP50 0.791 AP75 0.500 APs - APm 0.455 APl 0.590 "
                       "AR100 0.602 in 4.1 s best 0.461 at epoch 3\n"),
            std::string::npos)
      << log();
}

TEST_F(Progress, AnEvaluationBeforeAnyStepKnowsTheRunsLength) {
  start(/*live=*/false);
  EvaluationEvent event = evaluation(3);
  event.epochs = 16;
  progress_->on_evaluation(event);
  EXPECT_EQ(log().rfind("eval epoch 3/16 ", 0), 0u) << log();
}

TEST_F(Progress, EvaluationLineOnNarrowScreens) {
  start();
  terminal_.width = 80;
  progress_->on_evaluation(evaluation(3));
  EXPECT_EQ(terminal_.rows()[0],
            "eval  3/3  AP 0.461  AP50 0.791  AP75 0.500  APs     -  APm 0.455  ★ best");
  terminal_.width = 40;
  progress_->on_evaluation(evaluation(3));
  EXPECT_EQ(terminal_.rows()[1], "eval  3/3  AP 0.461  AP50 0.791  ★ best");
}

TEST_F(Progress, WithoutATerminalThereArePlainLinesAtIntervalsAndTheLogIsTheSame) {
  start(/*live=*/false);
  steps(1, 1, 100);
  progress_->on_evaluation(evaluation(1));
  steps(2, 1, 1);
  const std::string values =
      " loss 0.7500 cls 0.5000 box 0.2500 lr 2.40e-04 8.00 img/s wait 3% mem 1.24 GB";
  EXPECT_EQ(terminal_.written,
            "epoch 1/16 step 1/100" + values + " left 0:50 run_left 13:20\n" +
                "epoch 1/16 step 61/100" + values + " left 0:20 run_left 12:50\n" +
                "epoch 1/16 done in 50.0 s" + values + " run_left 12:30\n" +
                "eval epoch 1/16 AP 0.461 AP50 0.791 AP75 0.500 APs - APm 0.455 APl 0.590 AR100 "
                "0.602 in 4.1 s best\n");
  EXPECT_EQ(log(), terminal_.written);
}

TEST_F(Progress, LogIsTheSameWithATerminal) {
  start(/*live=*/false);
  steps(1, 1, 100);
  progress_->on_evaluation(evaluation(1));
  const std::string expected = log();
  std::filesystem::remove(folder_ / "log.txt");
  start(/*live=*/true);
  steps(1, 1, 100);
  progress_->on_evaluation(evaluation(1));
  EXPECT_EQ(log(), expected);
}

TEST_F(Progress, UnfinishedEpochStaysWhenTheRunEnds) {
  start();
  steps(1, 1, 10);
  progress_->finish();
  progress_->finish();
  screen_->print("stopped");
  ASSERT_EQ(terminal_.rows().size(), 3u);
  EXPECT_TRUE(terminal_.rows()[0].starts_with("epoch  1/16  ━━──")) << terminal_.rows()[0];
  EXPECT_EQ(terminal_.rows()[1], "stopped");
  EXPECT_NE(log().find("epoch 1/16 step 10/100"), std::string::npos);
}

TEST_F(Progress, GoesOnWithinAnEpochAfterAResume) {
  start();
  steps(3, 91, 100);
  EXPECT_NE(log().find("epoch 3/16 done in 5.0 s loss 0.7500"), std::string::npos) << log();
  EXPECT_NE(terminal_.rows()[0].find("100/100"), std::string::npos);
}

TEST_F(Progress, LossThatIsNotANumberIsShownAsSuch) {
  start();
  StepEvent event = step(1, 1);
  event.loss_cls = std::numeric_limits<double>::quiet_NaN();
  progress_->on_step(event);
  EXPECT_NE(terminal_.last_row().find("loss    nan  cls    nan  box 0.2500"), std::string::npos)
      << terminal_.last_row();
  steps(1, 2, 2);
  EXPECT_NE(terminal_.last_row().find("loss 0.7500"), std::string::npos) << terminal_.last_row();
}

TEST_F(Progress, SkippedStepsAreNotInTheMeansOfTheirEpoch) {
  start();
  for (int64_t i = 97; i <= 100; ++i) {
    StepEvent event = step(1, i);
    event.skipped = i == 98;
    if (event.skipped) event.loss_cls = std::numeric_limits<double>::quiet_NaN();
    progress_->on_step(event);
  }
  EXPECT_NE(log().find("epoch 1/16 done in 2.0 s loss 0.7500"), std::string::npos) << log();
}

TEST_F(Progress, ARunThatGoesBackStartsItsLinesAnew) {
  start();
  steps(3, 1, 60);
  progress_->on_rollback();
  EXPECT_NE(log().find("epoch 3/16 step 60/100 loss 0.7500"), std::string::npos) << log();
  StepEvent event = step(2, 51);
  event.loss_cls = 4.5;
  terminal_.seconds += 0.5;
  progress_->on_step(event);
  EXPECT_NE(terminal_.last_row().find("epoch  2/16"), std::string::npos) << terminal_.last_row();
  EXPECT_NE(terminal_.last_row().find("loss 4.7500"), std::string::npos) << terminal_.last_row();
  // 0.5 s for each of the 1449 steps to come
  EXPECT_NE(terminal_.last_row().find("run 12:0"), std::string::npos) << terminal_.last_row();
}

TEST_F(Progress, MuchWaitingForDataIsMarked) {
  ScreenOptions options = terminal_.options();
  options.colour = true;
  Screen screen(options);
  RunDisplay progress(screen);
  StepEvent event = step(1, 1);
  progress.on_step(event);
  EXPECT_EQ(terminal_.written.find("\x1b[33m"), std::string::npos);
  terminal_.seconds += 1;
  event = step(1, 2);
  event.data_seconds = 0.25;
  progress.on_step(event);
  EXPECT_NE(terminal_.written.find("\x1b[33m50%\x1b[0m"), std::string::npos);
}

}  // namespace
}  // namespace rn
