#include "report/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "core/file_size_limit.h"
#include "core/temporary_folder.h"
#include "report/event_records.h"
#include "report/sample_events.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

void expect_start(const tensorboard::Event& event, int64_t step) {
  EXPECT_EQ(event.session_log().status(), tensorboard::SessionLog::START);
  EXPECT_EQ(event.step(), step);
}

/// Of an event file written by `write(EventFile&)`.
std::vector<tensorboard::Event> events_after(int64_t done, auto write) {
  const TemporaryFolder folder;
  EventFile file(folder.path(), done, fixed_time);
  write(file);
  return events_of(event_files(folder.path()).at(0));
}

TEST(EventFile, BeginsWithItsVersionAndItsFirstStep) {
  const auto events =
      events_after(0, [](EventFile& file) { EXPECT_EQ(file.add(sample_step(1)), ""); });
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].file_version(), "brain.Event:2");
  EXPECT_EQ(events[0].wall_time(), 1700000000.125);
  expect_start(events[1], 1);
  EXPECT_EQ(events[1].wall_time(), 1700000000.125);
}

TEST(EventFile, HasTheScalarsOfAStep) {
  const auto events =
      events_after(6, [](EventFile& file) { EXPECT_EQ(file.add(sample_step(7)), ""); });
  EXPECT_EQ(events.back().step(), 7);
  EXPECT_EQ(events.back().wall_time(), 1700000000.125);
  const std::map<std::string, float> expected = {{"loss/total", 0.75F},
                                                 {"loss/cls", 0.5F},
                                                 {"loss/box", 0.25F},
                                                 {"train/learning_rate", 0.001F},
                                                 {"train/grad_norm", 1.5F},
                                                 {"train/positives", 31},
                                                 {"speed/step_seconds", 0.5F},
                                                 {"speed/images_per_second", 8},
                                                 {"speed/data_wait_share", 0.25F}};
  EXPECT_EQ(scalars_of(events.back()), expected);
}

TEST(EventFile, KeepsWhatIsNotFiniteAndLeavesOutWhatHasNoValue) {
  StepEvent step = sample_step(1);
  step.loss_cls = std::numeric_limits<double>::quiet_NaN();
  step.grad_norm = std::numeric_limits<double>::infinity();
  step.step_seconds = 0;
  const auto events = events_after(0, [&](EventFile& file) { EXPECT_EQ(file.add(step), ""); });
  auto scalars = scalars_of(events.back());
  EXPECT_TRUE(std::isnan(scalars.at("loss/total")));
  EXPECT_TRUE(std::isinf(scalars.at("train/grad_norm")));
  EXPECT_FALSE(scalars.contains("speed/images_per_second"));
  EXPECT_FALSE(scalars.contains("speed/data_wait_share"));
}

TEST(EventFile, HasTheScalarsOfAnEvaluationButThoseWithoutObjects) {
  EvaluationEvent evaluation;
  evaluation.iteration = 8;
  evaluation.stats = {0.5, 0.75, 0.25, -1, 0.125, 0, 0.3, 0.4, 0.625, -1, 0.6, 0.7};
  evaluation.category_names = {"a", "b\xff", "none"};
  evaluation.category_ap = {0.5, 0, -1};
  evaluation.seconds = 3.5;
  const auto events =
      events_after(0, [&](EventFile& file) { EXPECT_EQ(file.add(evaluation), ""); });
  EXPECT_EQ(events.back().step(), 8);
  const std::map<std::string, float> expected = {{"eval/AP", 0.5F},
                                                 {"eval/AP50", 0.75F},
                                                 {"eval/AP75", 0.25F},
                                                 {"eval/APm", 0.125F},
                                                 {"eval/APl", 0},
                                                 {"eval/AR1", 0.3F},
                                                 {"eval/AR10", 0.4F},
                                                 {"eval/AR100", 0.625F},
                                                 {"eval/ARm", 0.6F},
                                                 {"eval/ARl", 0.7F},
                                                 {"eval/seconds", 3.5F},
                                                 {"eval_class/a", 0.5F},
                                                 {"eval_class/b\xEF\xBF\xBD", 0}};
  EXPECT_EQ(scalars_of(events.back()), expected);
}

TEST(EventFile, HasPicturesByteForByte) {
  const std::string bytes("\x89PNG\r\n\0\xff", 8);
  const auto events = events_after(0, [&](EventFile& file) {
    EXPECT_EQ(file.add_image("val/1.jpg", 9, {bytes, 640, 480}), "");
  });
  EXPECT_EQ(events.back().step(), 9);
  ASSERT_EQ(events.back().summary().value_size(), 1);
  const auto& value = events.back().summary().value(0);
  EXPECT_EQ(value.tag(), "val/1.jpg");
  EXPECT_EQ(value.image().width(), 640);
  EXPECT_EQ(value.image().height(), 480);
  EXPECT_EQ(value.image().colorspace(), 3);
  EXPECT_EQ(value.image().encoded_image_string(), bytes);
}

TEST(EventFile, IsNamedByTimeHostAndProcess) {
  const TemporaryFolder folder;
  EventFile file(folder.path(), 0, fixed_time);
  EXPECT_TRUE(event_files(folder.path()).empty());  // made with the first event
  EXPECT_EQ(file.add(sample_step(1)), "");
  EXPECT_EQ(file.add(sample_step(2)), "");
  const auto paths = event_files(folder.path());
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_THAT(paths[0].filename().string(),
              testing::MatchesRegex("events\\.out\\.tfevents\\.1700000000\\..+\\." +
                                    std::to_string(::getpid())));
}

TEST(EventFile, ARunThatGoesOnDropsLaterStepsInAFileThatIsReadAfterTheOthers) {
  const TemporaryFolder folder;
  EXPECT_EQ(EventFile(folder.path(), 0, fixed_time).add(sample_step(1)), "");
  // In the same second, then with a clock that was put back.
  EXPECT_EQ(EventFile(folder.path(), 10, fixed_time).add(sample_step(11)), "");
  EXPECT_EQ(EventFile(folder.path(), 20, [] { return 5.0; }).add(sample_step(21)), "");
  const auto paths = event_files(folder.path());
  ASSERT_EQ(paths.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const auto events = events_of(paths[i]);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].file_version(), "brain.Event:2");
    expect_start(events[1], 10 * static_cast<int64_t>(i) + 1);
  }
}

TEST(EventFile, GoingBackDropsLaterStepsAtOnce) {
  const auto events = events_after(0, [](EventFile& file) {
    EXPECT_EQ(file.add(sample_step(8)), "");
    EXPECT_EQ(file.go_back(5), "");
  });
  ASSERT_EQ(events.size(), 4u);
  expect_start(events.back(), 6);
}

TEST(EventFile, FullDiskIsReturnedAndLeavesWholeRecords) {
  const TemporaryFolder folder;
  EventFile file(folder.path(), 0, fixed_time);
  {
    const FileSizeLimit limit(60);  // room for the version, not for the step
    const std::string problem = file.add(sample_step(1));
    EXPECT_THAT(problem, testing::EndsWith(": writing failed: File too large; free some space on "
                                           "that disk, this record is lost"));
    EXPECT_EQ(file.add(sample_step(1)), problem);  // so that whoever tells it can tell it once
    EXPECT_EQ(fs::file_size(event_files(folder.path()).at(0)), 0u);
  }
  EXPECT_EQ(file.add(sample_step(2)), "");
  const auto path = event_files(folder.path()).at(0);
  {
    const FileSizeLimit limit(fs::file_size(path) + 20);
    EXPECT_NE(file.add(sample_step(3)), "");
    EXPECT_NE(file.go_back(1), "");
  }
  EXPECT_EQ(file.add(sample_step(4)), "");
  const auto events = events_of(path);
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].file_version(), "brain.Event:2");
  expect_start(events[1], 1);
  EXPECT_EQ(events[2].step(), 2);
  expect_start(events[3], 2);  // what was owed
  EXPECT_EQ(events[4].step(), 4);
}

TEST(EventFile, FolderThatIsNotThereIsTriedAgain) {
  const TemporaryFolder folder;
  EventFile file(folder / "later", 0, fixed_time);
  EXPECT_THAT(file.add(sample_step(1)),
              testing::HasSubstr("can't be opened for writing: No such file"));
  fs::create_directory(folder / "later");
  EXPECT_EQ(file.add(sample_step(2)), "");
  EXPECT_EQ(events_of(event_files(folder / "later").at(0)).size(), 3u);
}

}  // namespace
}  // namespace rn
