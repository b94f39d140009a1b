#include "lab/lab_results.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lab/sample_lab.h"

namespace rn {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LabRow, IsOfTheLastEvaluation) {
  LabReport report = sample_lab();
  EvaluationEvent earlier = report.results[0].runs[0].history.evaluations[0];
  earlier.stats[0] = 0.9;  // better, but not the last
  auto& evaluations = report.results[0].runs[0].history.evaluations;
  evaluations.insert(evaluations.begin(), earlier);
  const LabRow row = row_of(report, report.results[0]);
  EXPECT_EQ(row.ap, 0.2);
  EXPECT_EQ(row.ap50, 0.4);
  EXPECT_TRUE(std::isnan(row.aps));  // no small objects
  EXPECT_EQ(row.rare_ap, 0.1);
  EXPECT_EQ(row.easy_share, 0.25);
  EXPECT_EQ(row.seconds, 20);  // 10 steps of 2 s, of which 5 are logged
}

TEST(LabRow, HasNothingOfARunThatFailedOrNeverRan) {
  const LabReport report = sample_lab();
  EXPECT_TRUE(std::isnan(row_of(report, report.results[1]).ap));
  EXPECT_TRUE(std::isnan(row_of(report, report.results[1]).seconds));
}

TEST(LabRow, IsTheMeanOverTheSeedsWithTheStandardDeviation) {
  const LabReport report = repeated_lab();
  const LabRow ce = row_of(report, report.results[0]);
  EXPECT_EQ(ce.runs, 3);
  EXPECT_NEAR(ce.ap, 0.21, 1e-12);
  EXPECT_NEAR(ce.ap50, 0.42, 1e-12);
  EXPECT_NEAR(ce.rare_ap, 0.2, 1e-12);
  EXPECT_NEAR(ce.ap_deviation, std::sqrt((0.01 * 0.01 + 0.03 * 0.03 + 0.02 * 0.02) / 2), 1e-12);
  EXPECT_EQ(ap_text(ce), "21.0 ±2.6");
}

TEST(LabRow, LeavesOutTheRunsThatFailed) {
  const LabReport report = repeated_lab();
  const LabRow focal = row_of(report, report.results[2]);
  EXPECT_EQ(focal.runs, 2);
  EXPECT_NEAR(focal.ap, 0.31, 1e-12);
  EXPECT_EQ(ap_text(focal), "31.0 ±1.4");
}

/// Its two runs that came to their ends took 20 s each, the other one was ended after 2 s.
TEST(LabRow, HasTheTimeOfWholeRunsOnly) {
  const LabReport report = repeated_lab();
  EXPECT_EQ(row_of(report, report.results[2]).seconds, 20);
}

TEST(LabRow, HasNoDeviationOfASingleRun) {
  const LabReport report = sample_lab();
  EXPECT_EQ(ap_text(row_of(report, report.results[0])), "20.0");
}

TEST(LabRuns, StandInTheOrderOfVariantsAndSeeds) {
  LabReport report;
  add_run(report, variant_of("focal_g2"), {1, "", {}});
  add_run(report, variant_of("ce"), {3, "", {}});
  add_run(report, variant_of("ohem"), {1, "", {}});
  add_run(report, variant_of("ce"), {1, "no", {}});
  ASSERT_EQ(report.results.size(), 3u);
  EXPECT_EQ(report.results[0].variant.name, "ce");
  EXPECT_EQ(report.results[1].variant.name, "ohem");
  EXPECT_EQ(report.results[0].runs[0].seed, 1);
  EXPECT_EQ(report.results[0].runs[1].seed, 3);
  EXPECT_EQ(first_done(report.results[0])->seed, 3);
  EXPECT_EQ(run_of(report, "ce", 1)->problem, "no");
  EXPECT_EQ(run_of(report, "ce", 2), nullptr);
}

TEST(ApWhileTraining, IsTheMeanOverTheRunsThatAreDone) {
  const LabReport report = repeated_lab();
  const std::vector<LabPoint> points = ap_while_training(report.results[0]);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].epoch, 1);
  EXPECT_NEAR(points[0].ap, 0.21, 1e-12);
  EXPECT_THAT(ap_while_training(report.results[1]), IsEmpty());
}

TEST(RareClasses, HaveUnderATenthOfTheMostFrequentOnesObjects) {
  EXPECT_THAT(rare_classes({{"a", 1000}, {"b", 100}, {"c", 99}, {"d", 0}, {"e", 1}}),
              ElementsAre("c", "e"));
  EXPECT_THAT(rare_classes({{"a", 10}, {"b", 9}}), ElementsAre("b"));
  EXPECT_THAT(rare_classes({{"only", 5}}), ElementsAre("only"));
  EXPECT_THAT(rare_classes({{"none", 0}}), IsEmpty());
}

TEST(LabFinding, ComparesTheBestFocalLossWithTheBestOther) {
  EXPECT_EQ(lab_finding(sample_lab()),
            "The best focal loss (focal, gamma 2, alpha 0.25) has AP 30.0, the best of the others "
            "(cross entropy) 20.0: +10.0 for the focal loss, from one run of each.");
  LabReport one = sample_lab();
  one.results.pop_back();
  EXPECT_EQ(lab_finding(one),
            "There are no two trained losses yet, a focal one and another, to be compared.");
}

/// Variances of the means: 0.026458^2 / 3 and 0.014142^2 / 2; the root of their sum is 0.0183.
TEST(LabFinding, HasTheStandardErrorOfTheDifferenceOfMeans) {
  EXPECT_EQ(lab_finding(repeated_lab()),
            "The best focal loss (focal, gamma 2, alpha 0.25) has AP 31.0, the best of the others "
            "(cross entropy) 21.0: +10.0 (standard error 1.8) for the focal loss, from 2 and 3 "
            "runs.");
}

TEST(LabFinding, PrefersSeveralRunsToALuckyOne) {
  LabReport report = repeated_lab();
  add_run(report, variant_of("focal_g5"), {0, "", sample_history(0.9, 0.9, 0.9)});
  EXPECT_EQ(best_of(report, true)->variant.name, "focal_g2");
  EXPECT_EQ(best_of(sample_lab(), true)->variant.name, "focal_g2");
}

TEST(LabChance, IsNamedWhereThereIsLittleToValidateOn) {
  LabReport report = sample_lab();
  EXPECT_EQ(chance_text(report), "");
  report.classes[1].val_objects = 29;
  EXPECT_EQ(chance_text(report),
            "There are only 29 objects of the rare classes to validate on: AP rare tells little.");
  report.classes[0].val_objects = 170;
  EXPECT_EQ(
      chance_text(report),
      "There are only 199 objects to validate on: differences of a few points may be chance.");
}

/// Gamma 0 is cross entropy: it is none of the focal ones here.
TEST(LabFinding, CountsGammaZeroAmongTheOthers) {
  LabReport report = sample_lab();
  report.results[0].variant = variant_of("focal_g0");
  EXPECT_EQ(best_of(report, false), &report.results[0]);
  EXPECT_EQ(best_of(report, true), &report.results[2]);
}

}  // namespace
}  // namespace rn
