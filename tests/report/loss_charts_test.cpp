#include "report/loss_charts.h"

#include <gtest/gtest.h>

namespace rn::page {
namespace {

TEST(LossCharts, CumulativePointsArePercentFromWhereTheAxisBegins) {
  LossShares shares;
  for (const double share : kSampleShares) shares.loss_of_easiest.push_back(share * share);
  const std::vector<ChartPoint> all = cumulative_points(shares, 0);
  ASSERT_EQ(all.size(), kSampleShares.size());
  EXPECT_DOUBLE_EQ(all[10].x, 50);
  EXPECT_DOUBLE_EQ(all[10].y, 25);
  const std::vector<ChartPoint> hardest = cumulative_points(shares, 90);
  EXPECT_DOUBLE_EQ(hardest.front().x, 90);
  EXPECT_DOUBLE_EQ(hardest.front().y, 81);
  EXPECT_DOUBLE_EQ(hardest.back().x, 100);
}

/// 30 samples with p_t a little above 1/2, 10 with one of 0.99 (a logit of 4.6).
TEST(LossCharts, ProbabilityPointsArePercentAtTheMiddlesOfTheBins) {
  LossShares shares;
  shares.p_t.assign(kProbabilityBins, 0);
  shares.p_t[probability_bin(0.1)] = 30;
  shares.p_t[probability_bin(4.6)] = 10;
  const std::vector<ChartPoint> points = probability_points(shares);
  ASSERT_EQ(points.size(), kProbabilityBins);
  EXPECT_DOUBLE_EQ(points[40].x, 0.125);
  EXPECT_DOUBLE_EQ(points[40].y, 75);
  EXPECT_DOUBLE_EQ(points[58].x, 4.625);
  EXPECT_DOUBLE_EQ(points[58].y, 25);
}

TEST(LossCharts, NoSamplesArePointsOfNothing) {
  EXPECT_TRUE(cumulative_points({}, 0).empty());
  LossShares none;
  none.p_t.assign(kProbabilityBins, 0);
  EXPECT_TRUE(probability_points(none).empty());
}

}  // namespace
}  // namespace rn::page
