#include "report/smoothed.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rn {
namespace {

TEST(SmoothedRate, IsNotKnownBeforeTheFirstStep) {
  SmoothedRate rate;
  EXPECT_FALSE(rate.known());
  EXPECT_EQ(rate.items_per_second(), 0);
  EXPECT_EQ(rate.seconds_per_step(), 0);
  EXPECT_EQ(rate.waiting_share(), 0);
}

TEST(SmoothedRate, FirstStepCountsUntilThereIsAnother) {
  SmoothedRate rate;
  rate.add(5, 4);
  EXPECT_DOUBLE_EQ(rate.items_per_second(), 0.8);
  rate.add(1, 4);
  EXPECT_DOUBLE_EQ(rate.items_per_second(), 4);
  EXPECT_DOUBLE_EQ(rate.seconds_per_step(), 1);
}

TEST(SmoothedRate, SteadyStepsGiveTheirRateAtOnce) {
  SmoothedRate rate;
  for (int i = 0; i < 5; ++i) rate.add(0.25, 8, 0.05);
  EXPECT_NEAR(rate.items_per_second(), 32, 1e-12);
  EXPECT_NEAR(rate.seconds_per_step(), 0.25, 1e-12);
  EXPECT_NEAR(rate.waiting_share(), 0.2, 1e-12);
}

TEST(SmoothedRate, FollowsAChangeWithinAMinuteWhateverTheLengthOfAStep) {
  for (const double seconds : {0.01, 1.0}) {
    SmoothedRate rate;
    for (double t = 0; t < 300; t += seconds) rate.add(seconds, 1);
    for (double t = 0; t < 60; t += 2 * seconds) rate.add(2 * seconds, 1);
    // exp(-60 s / 30 s) of the old rate's weight is left.
    EXPECT_NEAR(rate.seconds_per_step() / seconds, 2, 0.3) << seconds;
  }
}

TEST(SmoothedRate, OneOddStepHardlyMovesIt) {
  SmoothedRate rate;
  for (int i = 0; i < 200; ++i) rate.add(1, 1);
  rate.add(3, 1);
  EXPECT_NEAR(rate.seconds_per_step(), 1, 0.11);
}

TEST(SmoothedRate, LeavesOutWhatIsNoTime) {
  SmoothedRate rate;
  rate.add(0, 4);
  rate.add(-1, 4);
  rate.add(std::numeric_limits<double>::quiet_NaN(), 4);
  EXPECT_FALSE(rate.known());
  rate.add(1, 4, 7);
  EXPECT_EQ(rate.waiting_share(), 1);
}

TEST(SmoothedValue, StartsAsThePlainMean) {
  SmoothedValue value;
  EXPECT_EQ(value.value(), 0);
  value.add(3);
  EXPECT_DOUBLE_EQ(value.value(), 3);
  value.add(1);
  // Weights e^(-1/20) and 1.
  EXPECT_NEAR(value.value(), (3 * std::exp(-0.05) + 1) / (std::exp(-0.05) + 1), 1e-12);
}

TEST(SmoothedValue, ShowsNotANumberOnceAndForgetsIt) {
  SmoothedValue value;
  value.add(2);
  value.add(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(std::isnan(value.value()));
  value.add(2);
  EXPECT_DOUBLE_EQ(value.value(), 2);
}

}  // namespace
}  // namespace rn
