#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "evalreport/evaluated.h"
#include "report/page_checks.h"
#include "report/parsed_xml.h"
#include "runreport/run_report.h"
#include "runreport/sample_run.h"

namespace rn {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> section_ids(const std::string& page) {
  std::vector<std::string> ids;
  for (const XmlElement& section : find_all(parse_xml(page), "section")) {
    ids.push_back(section.attribute("id"));
  }
  return ids;
}

TEST(RunPage, IsWellFormedAndNeedsNothingFromElsewhere) {
  const RunHistory history = sample_history({"cat", "dog", "bird"}, 4);
  const DataFacts facts = sample_facts({"cat", "dog", "bird"});
  const std::vector<RunPicture> batch = {
      {"a.jpg", "JPEG", 64, 48, {{{1, 2, 30, 40}, "cat", "#ff0000"}}, "64 x 48"}};
  const std::vector<TruthBeside> validation = {{batch[0], batch[0].boxes, "found"}};
  const Evaluated evaluated = evaluated_mixture({"cat", "dog", "bird"}, 30);
  const EvalReportInput evaluation = evaluated.input();
  RunReportInput input = sample_input(history);
  input.train = input.val = &facts;
  input.batch = batch;
  input.validation = validation;
  input.evaluation = &evaluation;
  const std::string page = run_page(input);
  check_page(page);
  EXPECT_THAT(section_ids(page),
              testing::ElementsAre("training", "loss", "data", "batch", "validation", "numbers",
                                   "classes", "precision-recall", "scores", "confusion", "tide",
                                   "calibration", "breakdown", "mistakes", "config"));
  EXPECT_EQ(page, run_page(input));
}

TEST(RunPage, SaysHowFarTheRunIs) {
  const RunHistory history = sample_history({"cat", "dog"}, 3);
  const std::string page = run_page(sample_input(history));
  EXPECT_THAT(page, HasSubstr("<bdi>shapes</bdi>: epoch 3 of 12</h1>"));
  EXPECT_THAT(page, HasSubstr("<span class=\"name\">Best AP</span><span class=\"value\">30.0"));
  // 30 steps of half a second; its evaluations took none.
  EXPECT_THAT(page, HasSubstr("<dt>Time spent</dt><dd>about 0:15</dd>"));
}

TEST(RunPage, SaysWhatEndedTheRun) {
  const RunHistory history = sample_history({"cat"}, 3);
  RunReportInput input = sample_input(history);
  input.state.ending = "ended by an error";
  input.state.problem = "too many <bad> pictures\n- mend them";
  const std::string page = run_page(input);
  check_page(page);
  EXPECT_THAT(page, HasSubstr(": epoch 3 of 12, ended by an error</h1>"));
  EXPECT_THAT(page, HasSubstr("<li><strong>What ended it:</strong> too many &lt;bad&gt; "
                              "pictures<br/>- mend them</li>"));
}

TEST(RunPage, ReadsWellBeforeTheFirstStep) {
  const std::string page = run_page(sample_input({}));
  check_page(page);
  EXPECT_THAT(page, HasSubstr("No step is done yet."));
  EXPECT_THAT(page, HasSubstr("not evaluated yet"));
}

TEST(RunPage, ReadsWellBeforeTheFirstEvaluation) {
  RunHistory history = sample_history({"cat"}, 1);
  history.evaluations.clear();
  history.profiles.resize(1);
  const std::string page = run_page(sample_input(history));
  check_page(page);
  EXPECT_THAT(page, HasSubstr("The model has not been evaluated yet."));
}

TEST(RunPage, ReadsWellWithOneClass) {
  const RunHistory history = sample_history({"cat"}, 2);
  const DataFacts facts = sample_facts({"cat"});
  RunReportInput input = sample_input(history);
  input.train = &facts;
  const std::string page = run_page(input);
  check_page(page);
  EXPECT_THAT(page, Not(HasSubstr("AP of each class")));
  EXPECT_THAT(page, HasSubstr("12 pictures with 1 object of 1 class"));
}

TEST(RunPage, AnEvaluationIsSeenThoughItIsTheOnlyOne) {
  const RunHistory history = sample_history({"cat", "dog"}, 1);
  EXPECT_FALSE(find_all(parse_xml(run_page(sample_input(history))), "circle").empty());
}

TEST(RunPage, WhatIsNoNumberIsAGap) {
  RunHistory history = sample_history({"cat", "dog"}, 3);
  history.steps[4].loss_cls = history.steps[4].grad_norm = std::nan("");
  history.steps[4].skipped = true;
  history.steps[5].step_seconds = std::nan("");
  history.evaluations[1].stats.fill(-1);
  history.evaluations[2].category_ap = {-1, -1};
  for (LossProfileEvent& profile : history.profiles) {
    profile.easy_negatives_share = std::nan("");
    profile.positives.loss = 0;
    profile.negatives.loss = 0;
  }
  const std::string page = run_page(sample_input(history));
  check_page(page);
  EXPECT_THAT(page, HasSubstr("1 step was skipped because loss or gradient was not finite "
                              "(dots under the loss): 5."));
}

TEST(RunPage, SaysThatTheRunHasGoneBack) {
  RunHistory history = sample_history({"cat"}, 2);
  RollbackEvent rollback;
  rollback.iteration = 25;
  rollback.to_iteration = 10;
  rollback.reason = "a <bad> loss";
  rollback.rate_factor = 0.5;
  history.rollbacks = {rollback};
  const std::string page = run_page(sample_input(history));
  check_page(page);
  EXPECT_THAT(page, HasSubstr("After step 25 the run went back to step 10 (a &lt;bad&gt; loss); "
                              "from there on its learning rate is 0.5 of the config’s."));
  EXPECT_THAT(page, HasSubstr(">back from step 25</text>"));
}

TEST(RunPage, ARunOfNothingButBadStepsIsAPage) {
  RunHistory history = sample_history({"cat"}, 1);
  for (StepEvent& step : history.steps) {
    step.loss_cls = step.loss_box = step.grad_norm = std::nan("");
    step.skipped = true;
  }
  check_page(run_page(sample_input(history)));
}

TEST(RunPage, TextsFromFilesStayTexts) {
  const std::vector<std::string> names = {"<script>alert(1)</script>", "\"a\" & 'b' ]]>", "\xff",
                                          ""};
  const RunHistory history = sample_history(names, 2);
  const DataFacts facts = sample_facts(names);
  const std::vector<RunPicture> batch = {
      {"</svg><b>.jpg", "JPEG", 64, 48, {{{1, 2, 3, 4}, "<b>&", "\"onload=\"x"}}, "<i>"}};
  RunReportInput input = sample_input(history);
  input.name = input.folder = input.model = input.device = input.loss = "</title><img src=\"x\"/>&";
  input.config = "{\"name\": \"</pre><img/>\"}";
  input.train = input.val = &facts;
  input.batch = batch;
  const std::string page = run_page(input);
  check_page(page);
  EXPECT_TRUE(find_all(parse_xml(page), "img").empty());
}

TEST(RunPage, WithEightyClassesTheBestAndTheWorstAreNamed) {
  const RunHistory history = sample_history(class_names(80), 12);
  const DataFacts facts = sample_facts(class_names(80));
  RunReportInput input = sample_input(history);
  input.train = input.val = &facts;
  const std::string page = run_page(input);
  check_page(page);
  EXPECT_LT(page.size(), 400'000u);
  EXPECT_THAT(page, HasSubstr("<bdi>class 79 (98.8)</bdi>"));
  EXPECT_THAT(page, HasSubstr("<bdi>class 0 (0.0)</bdi>"));
  EXPECT_THAT(page, Not(HasSubstr("<bdi>class 40 (50.0)</bdi>")));
  EXPECT_THAT(page, HasSubstr("<title>class 40 (50.0)</title>"));
}

TEST(RunPage, StaysSmallWithVeryManySteps) {
  RunHistory history = sample_history({"cat", "dog"}, 12);
  const StepEvent step = history.steps[0];
  for (int64_t i = 0; i < 100'000; ++i) {
    history.steps.push_back(step);
    history.steps.back().iteration = 121 + i;
    history.steps.back().loss_cls = static_cast<double>(i % 7);
  }
  EXPECT_LT(run_page(sample_input(history)).size(), 250'000u);
}

TEST(RunPage, TellsOfDataThatKeepsTheRunWaiting) {
  const RunHistory history = sample_history({"cat"}, 2);  // waits for a quarter of the time
  EXPECT_THAT(run_page(sample_input(history)),
              HasSubstr("25% of the time goes into waiting for data: more data.workers"));
}

TEST(RunPage, ObjectsBeyondTheAnchorsReachStandOnTheOthers) {
  const RunHistory history;
  DataFacts facts = sample_facts({"cat", "dog", "bird", "cow"});  // 10 objects
  facts.reached = 7;
  RunReportInput input = sample_input(history);
  input.train = &facts;
  const std::string page = run_page(input);
  check_page(page);
  EXPECT_THAT(page, HasSubstr("no anchor reaches 3 objects"));
  EXPECT_THAT(page, HasSubstr("<title>3 objects beyond reach</title>"));
  EXPECT_THAT(page, HasSubstr("<title>1 object within reach</title>"));
  EXPECT_THAT(page, HasSubstr("“<bdi>cow</bdi>” is 4 times as frequent as “<bdi>cat</bdi>”"));
}

TEST(RunPage, APictureIsInThePageOnceThoughItIsShownTwice) {
  const RunHistory history;
  const RunPicture picture{"a.jpg", "JPEG", 64, 48, {}, "truth"};
  const std::vector<TruthBeside> validation = {{picture, {}, "found"}, {picture, {}, "found"}};
  RunReportInput input = sample_input(history);
  input.validation = validation;
  const auto elements = parse_xml(run_page(input));
  std::vector<std::string> images, uses;
  for (const XmlElement& image : find_all(elements, "image")) {
    images.push_back("#" + image.attribute("id"));
  }
  for (const XmlElement& use : find_all(elements, "use")) uses.push_back(use.attribute("href"));
  EXPECT_EQ(images.size(), 2u);
  EXPECT_EQ(uses, images);
  EXPECT_NE(images[0], images[1]);
}

}  // namespace
}  // namespace rn
