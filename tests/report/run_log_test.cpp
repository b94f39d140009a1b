#include "report/run_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/file_size_limit.h"
#include "core/run_files.h"
#include "core/temporary_folder.h"
#include "report/event_records.h"

namespace rn {
namespace {

StepEvent numbered_step(int64_t iteration) {
  StepEvent event;
  event.iteration = iteration;
  return event;
}

/// The steps of the folder's only event file that count, and how TensorBoard finds out.
std::vector<int64_t> steps_shown(const std::filesystem::path& folder) {
  std::vector<int64_t> steps;
  for (const auto& event : events_of(event_files(folder).at(0))) {
    if (event.session_log().status() == tensorboard::SessionLog::START) {
      std::erase_if(steps, [&](int64_t step) { return step >= event.step(); });
    } else if (event.has_summary()) {
      steps.push_back(event.step());
    }
  }
  return steps;
}

size_t lines_in(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

void expect_no_problem(const std::string& problem) { ADD_FAILURE() << problem; }

TEST(RunLog, WritesBothFiles) {
  const TemporaryFolder folder;
  RunLog log(folder.path(), 0, false, expect_no_problem);
  log.add(numbered_step(1));
  EvaluationEvent evaluation;
  evaluation.iteration = 2;
  log.add(evaluation);
  log.add_image("val", 3, {"bytes", 1, 1});
  EXPECT_EQ(lines_in(folder / kMetricsName), 2u);  // which has no pictures
  EXPECT_EQ(steps_shown(folder.path()), (std::vector<int64_t>{1, 2, 3}));
}

TEST(RunLog, AnEvaluationBringsWhatTheLossIsMadeOf) {
  const TemporaryFolder folder;
  RunLog log(folder.path(), 0, false, expect_no_problem);
  LossProfileEvent start;
  start.at_start = true;
  log.add(start);
  EvaluationEvent evaluation;
  evaluation.loss_profile.emplace();
  log.add(evaluation);
  const std::string metrics = read_file(folder / kMetricsName);
  EXPECT_EQ(lines_in(folder / kMetricsName), 3u);
  EXPECT_NE(metrics.find("\"of\":\"training\""), std::string::npos);
  EXPECT_NE(metrics.find("\"of\":\"validation\""), std::string::npos);
}

TEST(RunLog, GoingBackTakesLaterStepsFromBoth) {
  const TemporaryFolder folder;
  RunLog log(folder.path(), 0, false, expect_no_problem);
  for (int64_t i = 1; i <= 4; ++i) log.add(numbered_step(i));
  RollbackEvent back;
  back.iteration = 4;
  back.to_iteration = 2;
  log.add(back);
  EXPECT_EQ(lines_in(folder / kMetricsName), 3u);  // two steps, and that it went back
  EXPECT_EQ(steps_shown(folder.path()), (std::vector<int64_t>{1, 2}));
  log.add(numbered_step(3));
  EXPECT_EQ(lines_in(folder / kMetricsName), 4u);
  EXPECT_EQ(steps_shown(folder.path()), (std::vector<int64_t>{1, 2, 3}));
}

/// A run that was killed before it had saved going back goes back once more.
TEST(RunLog, TheSameReturnIsToldOnce) {
  const TemporaryFolder folder;
  RollbackEvent back;
  back.iteration = 4;
  back.to_iteration = 2;
  back.rate_factor = 0.5;
  for (int start = 0; start < 2; ++start) {
    RunLog log(folder.path(), start == 0 ? 0 : 2, false, expect_no_problem);
    for (int64_t i = start == 0 ? 1 : 3; i <= 4; ++i) log.add(numbered_step(i));
    log.add(back);
    EXPECT_EQ(lines_in(folder / kMetricsName), 3u);
  }
  RunLog log(folder.path(), 2, false, expect_no_problem);
  log.add(numbered_step(3));
  log.add(numbered_step(4));
  back.rate_factor = 0.25;  // from the same step, but not the same
  log.add(back);
  EXPECT_EQ(lines_in(folder / kMetricsName), 4u);
}

/// One may write notes of one's own into the file.
TEST(RunLog, ANoteOfAnyKindBeforeAReturnIsLeftAlone) {
  const TemporaryFolder folder;
  RunLog log(folder.path(), 0, false, expect_no_problem);
  log.add(numbered_step(1));
  std::ofstream(folder / kMetricsName, std::ios::app) << "{\"kind\": 5}\n";
  RollbackEvent back;
  back.iteration = 1;
  back.to_iteration = 1;
  log.add(back);
  EXPECT_EQ(lines_in(folder / kMetricsName), 3u);
}

TEST(RunLog, TellsTheProblemsOfEitherAndGoesOn) {
  const TemporaryFolder folder;
  std::vector<std::string> problems;
  RunLog log(folder.path(), 0, false, [&](const std::string& p) { problems.push_back(p); });
  {
    const FileSizeLimit limit(1);
    log.add(numbered_step(1));
  }
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_NE(problems[0].find(kMetricsName), std::string::npos) << problems[0];
  EXPECT_NE(problems[1].find("events.out.tfevents."), std::string::npos) << problems[1];
  log.add(numbered_step(2));
  EXPECT_EQ(problems.size(), 2u);
  EXPECT_EQ(lines_in(folder / kMetricsName), 1u);
  EXPECT_EQ(steps_shown(folder.path()), (std::vector<int64_t>{2}));
}

}  // namespace
}  // namespace rn
