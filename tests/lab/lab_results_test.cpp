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
  EvaluationEvent earlier = report.results[0].history.evaluations[0];
  earlier.stats[0] = 0.9;  // better, but not the last
  auto& evaluations = report.results[0].history.evaluations;
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

/// Gamma 0 is cross entropy: it is none of the focal ones here.
TEST(LabFinding, CountsGammaZeroAmongTheOthers) {
  LabReport report = sample_lab();
  report.results[0].variant = variant_of("focal_g0");
  EXPECT_EQ(best_of(report, false), &report.results[0]);
  EXPECT_EQ(best_of(report, true), &report.results[2]);
}

}  // namespace
}  // namespace rn
