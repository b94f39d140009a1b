#include "report/ticks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rn {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

std::vector<std::string> labels(double low, double high, int count) {
  const Ticks ticks = nice_ticks(low, high, count);
  std::vector<std::string> texts;
  for (const double value : ticks.values) texts.push_back(ticks.label(value));
  return texts;
}

TEST(Ticks, AreRoundNumbersWithTheDigitsTheyNeed) {
  EXPECT_THAT(labels(0, 1, 5), ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(labels(0, 100, 5), ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(labels(0, 7.3, 5), ElementsAre("0", "1", "2", "3", "4", "5", "6", "7"));
  EXPECT_THAT(labels(0.031, 0.092, 3), ElementsAre("0.04", "0.06", "0.08"));
}

TEST(Ticks, ZeroHasNoSign) {
  EXPECT_THAT(labels(-0.3, 0.3, 6),
              ElementsAre("−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3"));
}

TEST(Ticks, LargeNumbersAreShort) {
  EXPECT_THAT(labels(0, 4e7, 2), ElementsAre("0", "2e+07", "4e+07"));
}

TEST(Ticks, EmptyRangesHaveTicks) {
  EXPECT_THAT(labels(3, 3, 3), ElementsAre("3", "4", "5", "6"));
  EXPECT_FALSE(labels(1e12, 1e12, 3).empty());
  EXPECT_FALSE(labels(5, -5, 3).empty());
}

TEST(Ticks, TheRangeEndsAtTicks) {
  const AxisRange range = nice_range(-0.23, 1.07, 5);  // steps of 0.2
  EXPECT_THAT(range.low, DoubleNear(-0.4, 1e-12));
  EXPECT_THAT(range.high, DoubleNear(1.2, 1e-12));
  const AxisRange exact = nice_range(0, 1, 5);
  EXPECT_EQ(exact.low, 0);
  EXPECT_EQ(exact.high, 1);
}

}  // namespace
}  // namespace rn
