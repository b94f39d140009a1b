#include "report/run_history.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"
#include "report/metric_log.h"
#include "report/sample_events.h"

namespace rn {
namespace {

LossProfileEvent sample_profile() {
  LossProfileEvent event;
  event.iteration = 7;
  event.epoch = 2;
  event.images = 64;
  event.positives = {.samples = 2, .loss = 0.5, .loss_of_easiest = {0, 1}, .p_t = {2, 0}};
  event.negatives = {.samples = 8, .loss = 1.5, .loss_of_easiest = {0, 0.5, 1}, .p_t = {3, 5}};
  event.easy_negatives_share = 0.25;
  event.level_positives = {0.5, 0};
  event.level_negatives = {1.5, 0.125};
  return event;
}

void expect_shares(const LossShares& read, const LossShares& written) {
  EXPECT_EQ(read.samples, written.samples);
  EXPECT_EQ(read.loss, written.loss);
  EXPECT_EQ(read.loss_of_easiest, written.loss_of_easiest);
  EXPECT_EQ(read.p_t, written.p_t);
}

RunHistory history_of(const std::string& content) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "m", std::string_view(content));
  return read_run_history(folder / "m");
}

TEST(RunHistory, ReadsTheStepsThatALogWrites) {
  const TemporaryFolder folder;
  MetricLog log(folder / "m", fixed_time);
  StepEvent second = sample_step(8);
  second.skipped = true;
  ASSERT_EQ(log.add(sample_step(7)), "");
  ASSERT_EQ(log.add(second), "");
  const RunHistory history = read_run_history(folder / "m");
  ASSERT_EQ(history.steps.size(), 2u);
  const StepEvent& step = history.steps[0];
  EXPECT_EQ(step.iteration, 7);
  EXPECT_EQ(step.epoch, 2);
  EXPECT_EQ(step.images, 4);
  EXPECT_EQ(step.positives, 31);
  EXPECT_EQ(step.loss_cls, 0.5);
  EXPECT_EQ(step.loss_box, 0.25);
  EXPECT_EQ(step.learning_rate, 0.001);
  EXPECT_EQ(step.grad_norm, 1.5);
  EXPECT_EQ(step.step_seconds, 0.5);
  EXPECT_EQ(step.data_seconds, 0.125);
  EXPECT_FALSE(step.skipped);
  EXPECT_EQ(history.steps[1].iteration, 8);
  EXPECT_TRUE(history.steps[1].skipped);
}

TEST(RunHistory, ReadsTheEvaluationsThatALogWrites) {
  const TemporaryFolder folder;
  EvaluationEvent event;
  event.iteration = 70;
  event.epoch = 3;
  event.stats = {0.5, 0.75, 0.25, -1, 0.125, 0.5, 0.25, 0.5, 0.625, -1, 0.5, 0.75};
  event.category_names = {"a", "b\"\n"};
  event.category_ap = {0.5, -1};
  event.seconds = 3.5;
  event.is_best = true;
  event.best_ap = 0.5;
  event.best_epoch = 3;
  MetricLog log(folder / "m", fixed_time);
  ASSERT_EQ(log.add(event), "");
  const RunHistory history = read_run_history(folder / "m");
  ASSERT_EQ(history.evaluations.size(), 1u);
  const EvaluationEvent& read = history.evaluations[0];
  EXPECT_EQ(read.iteration, 70);
  EXPECT_EQ(read.epoch, 3);
  EXPECT_EQ(read.stats, event.stats);
  EXPECT_EQ(read.category_names, event.category_names);
  EXPECT_EQ(read.category_ap, event.category_ap);
  EXPECT_EQ(read.seconds, 3.5);
  EXPECT_TRUE(read.is_best);
  EXPECT_EQ(read.best_ap, 0.5);
  EXPECT_EQ(read.best_epoch, 3);
}

TEST(RunHistory, ReadsTheLossProfilesThatALogWrites) {
  const TemporaryFolder folder;
  LossProfileEvent start = sample_profile();
  start.at_start = true;
  MetricLog log(folder / "m", fixed_time);
  ASSERT_EQ(log.add(start), "");
  ASSERT_EQ(log.add(sample_profile()), "");
  const RunHistory history = read_run_history(folder / "m");
  ASSERT_EQ(history.profiles.size(), 2u);
  EXPECT_TRUE(history.profiles[0].at_start);
  const LossProfileEvent& read = history.profiles[1];
  EXPECT_FALSE(read.at_start);
  EXPECT_EQ(read.iteration, 7);
  EXPECT_EQ(read.epoch, 2);
  EXPECT_EQ(read.images, 64);
  EXPECT_EQ(read.easy_negatives_share, 0.25);
  expect_shares(read.positives, start.positives);
  expect_shares(read.negatives, start.negatives);
  EXPECT_EQ(read.level_positives, start.level_positives);
  EXPECT_EQ(read.level_negatives, start.level_negatives);
}

TEST(RunHistory, ReadsThatARunHasGoneBack) {
  const TemporaryFolder folder;
  RollbackEvent event;
  event.iteration = 9;
  event.to_iteration = 5;
  event.reason = "the loss \"runs\" away";
  event.rate_factor = 0.25;
  MetricLog log(folder / "m", fixed_time);
  ASSERT_EQ(log.add(event), "");
  const RunHistory history = read_run_history(folder / "m");
  ASSERT_EQ(history.rollbacks.size(), 1u);
  EXPECT_EQ(history.rollbacks[0].iteration, 9);
  EXPECT_EQ(history.rollbacks[0].to_iteration, 5);
  EXPECT_EQ(history.rollbacks[0].reason, event.reason);
  EXPECT_EQ(history.rollbacks[0].rate_factor, 0.25);
  MetricLog::resume(folder / "m", 5, true, fixed_time);
  EXPECT_EQ(read_run_history(folder / "m").rollbacks.size(), 1u);
  MetricLog::resume(folder / "m", 4, true, fixed_time);
  EXPECT_TRUE(read_run_history(folder / "m").rollbacks.empty());
}

TEST(RunHistory, WhatIsNotFiniteComesBackAsNoNumber) {
  const TemporaryFolder folder;
  StepEvent event = sample_step(1);
  event.loss_cls = std::numeric_limits<double>::quiet_NaN();
  event.grad_norm = std::numeric_limits<double>::infinity();
  MetricLog log(folder / "m", fixed_time);
  ASSERT_EQ(log.add(event), "");
  const StepEvent read = read_run_history(folder / "m").steps.at(0);
  EXPECT_TRUE(std::isnan(read.loss_cls));
  EXPECT_TRUE(std::isnan(read.grad_norm));
  EXPECT_EQ(read.loss_box, 0.25);
}

TEST(RunHistory, ALastLineThatWasCutShortIsLeftOut) {
  const RunHistory history =
      history_of("{\"kind\":\"step\",\"iteration\":1}\n{\"kind\":\"step\",\"iteration\":2}");
  ASSERT_EQ(history.steps.size(), 1u);
  EXPECT_EQ(history.steps[0].iteration, 1);
}

TEST(RunHistory, AnEmptyFileIsAnEmptyHistory) {
  const RunHistory history = history_of("");
  EXPECT_TRUE(history.steps.empty() && history.evaluations.empty() && history.profiles.empty());
}

TEST(RunHistory, UnknownKindsAndEmptyLinesAreSkipped) {
  const RunHistory history = history_of(
      "{\"kind\":\"weather\",\"iteration\":\"x\"}\n\n{\"note\":1}\n[1]\n"
      "{\"kind\":\"step\",\"iteration\":3}\n");
  ASSERT_EQ(history.steps.size(), 1u);
  EXPECT_EQ(history.steps[0].iteration, 3);
}

TEST(RunHistory, ADamagedLineIsNamedWithItsRemedy) {
  const TemporaryFolder folder;
  const auto error_of = [&](const std::string& line) {
    write_file_atomically(folder / "m", std::string_view("{}\n" + line + "\n{}\n"));
    return error_text([&] { read_run_history(folder / "m"); });
  };
  const std::string start = (folder / "m").string() + ": line 2: found ";
  const std::string remedy = "; remove this line, the others hold the rest of the run";
  EXPECT_EQ(error_of("{\"kind\":\"st"), start + "no JSON" + remedy);
  EXPECT_EQ(error_of("{\"kind\":\"step\",\"iteration\":\"x\"}"),
            start + "\"iteration\" is \"x\", expected a whole number" + remedy);
  EXPECT_EQ(error_of("{\"kind\":\"step\",\"loss_cls\":[]}"),
            start + "\"loss_cls\" is [], expected a number" + remedy);
  EXPECT_EQ(error_of("{\"kind\":\"loss_profile\",\"positives\":{\"p_t\":[true]}}"),
            start + "\"p_t\" is true, expected a number" + remedy);
  EXPECT_EQ(error_of("{\"kind\":\"evaluation\",\"per_category\":[3]}"),
            start + "\"per_category\" is 3, expected a list of objects" + remedy);
}

TEST(RunHistory, AFileThatIsNotThereIsAnError) {
  const TemporaryFolder folder;
  EXPECT_NE(error_text([&] { read_run_history(folder / "m"); }).find((folder / "m").string()),
            std::string::npos);
}

}  // namespace
}  // namespace rn
