#include "report/metric_log.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/file_size_limit.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"
#include "report/sample_events.h"

namespace rn {
namespace {

EvaluationEvent evaluation_after(int64_t iteration) {
  EvaluationEvent event;
  event.iteration = iteration;
  event.epoch = 2;
  event.stats = {0.5, 0.75, 0.25, -1, 0.125, 0.5, 0.25, 0.5, 0.625, -1, 0.5, 0.75};
  event.category_names = {"a", "b\"\n"};
  event.category_ap = {0.5, -1};
  event.seconds = 3.5;
  event.is_best = true;
  event.best_ap = 0.5;
  event.best_epoch = 2;
  return event;
}

constexpr const char* kStepLine =
    R"({"kind":"step","time":1700000000.125,"iteration":7,"epoch":2,"loss":0.75,"loss_cls":0.5,)"
    R"("loss_box":0.25,"learning_rate":0.001,"grad_norm":1.5,"positives":31,"images":4,)"
    R"("images_per_second":8.0,"step_seconds":0.5,"data_seconds":0.125})"
    "\n";
constexpr const char* kEvaluationLine =
    R"({"kind":"evaluation","time":1700000000.125,"iteration":7,"epoch":2,"AP":0.5,"AP50":0.75,)"
    R"("AP75":0.25,"APs":-1.0,"APm":0.125,"APl":0.5,"AR1":0.25,"AR10":0.5,"AR100":0.625,)"
    R"("ARs":-1.0,"ARm":0.5,"ARl":0.75,"seconds":3.5,"is_best":true,"best_ap":0.5,)"
    R"("best_epoch":2,"per_category":[{"name":"a","AP":0.5},{"name":"b\"\n","AP":-1.0}]})"
    "\n";

LossProfileEvent profile_after(int64_t iteration) {
  LossProfileEvent event;
  event.iteration = iteration;
  event.epoch = 2;
  event.images = 64;
  event.positives = {.samples = 2, .loss = 0.5, .loss_of_easiest = {0, 1}, .p_t = {2}};
  event.negatives = {.samples = 8, .loss = 1.5, .loss_of_easiest = {0, 1}, .p_t = {8}};
  event.level_positives = {0.5};
  event.level_negatives = {1.5};
  event.easy_negatives_share = 0.25;
  return event;
}
constexpr const char* kProfileLine =
    R"({"kind":"loss_profile","time":1700000000.125,"iteration":7,"epoch":2,"of":"validation",)"
    R"("images":64,"easy_negatives_share":0.25,)"
    R"("positives":{"samples":2.0,"loss":0.5,"loss_of_easiest":[0.0,1.0],"p_t":[2.0],)"
    R"("levels":[0.5]},)"
    R"("negatives":{"samples":8.0,"loss":1.5,"loss_of_easiest":[0.0,1.0],"p_t":[8.0],)"
    R"("levels":[1.5]}})"
    "\n";

TEST(MetricLog, WritesWhatTheLossIsMadeOf) {
  const TemporaryFolder folder;
  MetricLog log(folder / "m", fixed_time);
  EXPECT_EQ(log.add(profile_after(7)), "");
  EXPECT_EQ(read_file(folder / "m"), kProfileLine);
}

TEST(MetricLog, WritesOneObjectALineAtOnce) {
  const TemporaryFolder folder;
  MetricLog log(folder / "m", fixed_time);
  EXPECT_EQ(log.add(sample_step(7)), "");
  EXPECT_EQ(read_file(folder / "m"), kStepLine);
  EXPECT_EQ(log.add(evaluation_after(7)), "");
  EXPECT_EQ(read_file(folder / "m"), std::string(kStepLine) + kEvaluationLine);
}

TEST(MetricLog, WhatIsNotFiniteOrNotUtf8StaysValidJson) {
  const TemporaryFolder folder;
  MetricLog log(folder / "m", fixed_time);
  StepEvent event = sample_step(1);
  event.loss_cls = std::numeric_limits<double>::quiet_NaN();
  event.grad_norm = std::numeric_limits<double>::infinity();
  event.step_seconds = 0;
  EXPECT_EQ(log.add(event), "");
  const auto json = nlohmann::json::parse(read_file(folder / "m"));
  for (const char* key : {"loss", "loss_cls", "grad_norm", "images_per_second"}) {
    EXPECT_TRUE(json.at(key).is_null()) << key;
  }
  EvaluationEvent named = evaluation_after(1);
  named.category_names = {"\xff", "b"};
  EXPECT_EQ(log.add(named), "");
}

TEST(MetricLog, ASkippedStepIsMarked) {
  const TemporaryFolder folder;
  MetricLog log(folder / "m", fixed_time);
  StepEvent event = sample_step(1);
  event.skipped = true;
  EXPECT_EQ(log.add(event), "");
  EXPECT_EQ(nlohmann::json::parse(read_file(folder / "m")).at("skipped"), true);
}

TEST(MetricLog, EvaluationWithoutObjectsHasNoCategories) {
  const TemporaryFolder folder;
  MetricLog log(folder / "m", fixed_time);
  EXPECT_EQ(log.add(EvaluationEvent{}), "");
  EXPECT_TRUE(nlohmann::json::parse(read_file(folder / "m")).at("per_category").empty());
}

TEST(MetricLog, NewRunNeverMixesItsNumbersWithAnEarlierOnes) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "m", std::string_view("{\"iteration\":1}\n"));
  EXPECT_EQ(error_text([&] { MetricLog log(folder / "m"); }),
            (folder / "m").string() +
                ": found the numbers of an earlier run, expected no file; go on with that run "
                "(--resume), or choose another folder with --out");
  EXPECT_EQ(read_file(folder / "m"), "{\"iteration\":1}\n");
}

TEST(MetricLog, EmptyFileIsAsGoodAsNone) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "m", std::string_view(""));
  MetricLog log(folder / "m", fixed_time);
  EXPECT_EQ(log.add(sample_step(7)), "");
  EXPECT_EQ(read_file(folder / "m"), kStepLine);
}

std::string after_resume(const std::string& content, int64_t iteration,
                         bool evaluation_due = false) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "m", std::string_view(content));
  MetricLog::resume(folder / "m", iteration, evaluation_due, fixed_time);
  return read_file(folder / "m");
}

TEST(MetricLogResume, DropsLaterLinesOnly) {
  const std::string kept = "{\"iteration\":1,  \"x\":2}\n{\"iteration\":5}\n";
  EXPECT_EQ(after_resume(kept + "{\"iteration\":6}\n{\"iteration\":7}\n", 5), kept);
  EXPECT_EQ(after_resume(kept, 5), kept);
  EXPECT_EQ(after_resume(kept, 0), "");
}

TEST(MetricLogResume, DropsTheEvaluationThatWillBeDoneAgain) {
  const std::string step_line = "{\"kind\":\"step\",\"iteration\":5}\n";
  const std::string evaluation =
      "{\"kind\":\"evaluation\",\"iteration\":5}\n"
      "{\"kind\":\"loss_profile\",\"iteration\":5,\"of\":\"validation\"}\n";
  const std::string start = "{\"kind\":\"loss_profile\",\"iteration\":5,\"of\":\"training\"}\n";
  EXPECT_EQ(after_resume(start, 5, true), start);
  EXPECT_EQ(after_resume(step_line + evaluation, 5, true), step_line);
  EXPECT_EQ(after_resume(step_line + evaluation, 5, false), step_line + evaluation);
  EXPECT_EQ(after_resume(evaluation, 6, true), evaluation);
}

TEST(MetricLogResume, DropsALastLineThatWasCutShort) {
  EXPECT_EQ(after_resume("{\"iteration\":1}\n{\"iterat", 5), "{\"iteration\":1}\n");
  EXPECT_EQ(after_resume("{\"iteration\":1}", 5), "");  // without its line break: perhaps cut, too
}

TEST(MetricLogResume, KeepsLinesThatItDoesNotUnderstand) {
  const std::string kept = "note by hand\n\n[1]\n{\"iteration\":\"x\"}\n{}\n";
  EXPECT_EQ(after_resume(kept + "{\"iteration\":9}\n", 5), kept);
}

TEST(MetricLogResume, KeepsEarlierLinesThatComeAfterLaterOnes) {
  EXPECT_EQ(after_resume("{\"iteration\":8}\n{\"iteration\":3}\n", 5), "{\"iteration\":3}\n");
}

TEST(MetricLogResume, GoesOnBehindWhatIsKept) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "m", std::string_view("{\"iteration\":6}\n{\"iteration\":7}\n"));
  MetricLog log = MetricLog::resume(folder / "m", 6, false, fixed_time);
  EXPECT_EQ(log.add(sample_step(7)), "");
  EXPECT_EQ(read_file(folder / "m"), std::string("{\"iteration\":6}\n") + kStepLine);
}

TEST(MetricLogResume, WorksOnAFullDiskAndWithoutAFile) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "m", std::string_view("{\"iteration\":1}\n{\"iteration\":2}\n"));
  const FileSizeLimit limit(1);
  MetricLog::resume(folder / "m", 1, false, fixed_time);
  EXPECT_EQ(read_file(folder / "m"), "{\"iteration\":1}\n");
  MetricLog::resume(folder / "new", 1, false, fixed_time);
  EXPECT_EQ(read_file(folder / "new"), "");
}

TEST(MetricLog, FullDiskIsReturnedAndHarmsNoEarlierLine) {
  const TemporaryFolder folder;
  MetricLog log(folder / "m", fixed_time);
  EXPECT_EQ(log.add(sample_step(7)), "");
  {
    const FileSizeLimit limit(300);
    const std::string problem = log.add(sample_step(8));
    EXPECT_TRUE(problem.starts_with((folder / "m").string() + ": writing failed: ")) << problem;
  }
  EXPECT_EQ(read_file(folder / "m"), kStepLine);
  EXPECT_EQ(log.add(evaluation_after(7)), "");
  EXPECT_EQ(read_file(folder / "m"), std::string(kStepLine) + kEvaluationLine);
}

}  // namespace
}  // namespace rn
