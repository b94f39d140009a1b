#include "train/divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace rn {
namespace {

/// The first step (from 1) at which the series diverges; 0: never.
int64_t noticed_at(int64_t steps, const std::function<double(int64_t)>& loss) {
  LossHistory losses;
  for (int64_t step = 1; step <= steps; ++step) {
    remember_loss(losses, loss(step));
    if (find_divergence(losses)) return step;
  }
  return 0;
}

TEST(Divergence, OnlyTheNewestHundredLossesAreKept) {
  LossHistory history;
  for (int i = 1; i <= 103; ++i) remember_loss(history, i);
  ASSERT_EQ(history.recent.size(), 100);
  EXPECT_EQ(history.recent.front(), 4);
  EXPECT_EQ(history.recent.back(), 103);
  EXPECT_EQ(history.at_start, 2);
}

TEST(Divergence, MediansOfALossThatJumps) {
  LossHistory losses;
  for (int i = 0; i < 90; ++i) remember_loss(losses, 1.0);
  for (int i = 0; i < 9; ++i) remember_loss(losses, 6.0);
  EXPECT_FALSE(find_divergence(losses));
  remember_loss(losses, 6.0);  // 10 of the last 20: the lower one in the middle is still 1
  EXPECT_FALSE(find_divergence(losses));
  remember_loss(losses, 6.0);
  const auto found = find_divergence(losses);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->recent, 6.0);
  EXPECT_EQ(found->before, 1.0);
}

TEST(Divergence, AFourfoldLossIsNotEnoughAndMoreIs) {
  const auto jump = [](double to) {
    return noticed_at(300, [&](int64_t step) { return step <= 100 ? 0.5 : to; });
  };
  EXPECT_EQ(jump(2.0), 0);
  EXPECT_EQ(jump(2.01), 111);
}

TEST(Divergence, ALossThatDoublesEveryFiveStepsIsNoticedLongBeforeItIsInfinite) {
  const int64_t at = noticed_at(
      2000, [](int64_t step) { return std::exp2(std::max<int64_t>(step - 200, 0) / 5.0); });
  EXPECT_GT(at, 200);
  EXPECT_LT(at, 230);  // the loss is below 64
}

TEST(Divergence, IsNotLookedForBeforeFiftyLosses) {
  EXPECT_EQ(noticed_at(100, [](int64_t step) { return step <= 37 ? 1.0 : 1000.0; }), 50);
}

TEST(Divergence, ARunThatExplodesAtItsStartIsNoticedAfterAHundredSteps) {
  // Losses of a run at a rate of 50, where the median of all is one of an exploded network.
  const auto loss = [](int64_t step) { return step <= 2 ? 1.9 + step / 10.0 : 20.0 + step % 40; };
  EXPECT_EQ(noticed_at(500, loss), 102);
  EXPECT_EQ(noticed_at(500, [](int64_t step) { return step <= 2 ? 2.0 : 7.9; }), 0);
}

TEST(Divergence, OneWildStepIsNone) {
  EXPECT_EQ(noticed_at(1000, [](int64_t step) { return step % 150 == 0 ? 1e6 : 1.0; }), 0);
}

TEST(Divergence, TheDropAtTheStartOfARunIsNone) {
  EXPECT_EQ(noticed_at(1000, [](int64_t step) { return 1e3 / static_cast<double>(step); }), 0);
}

TEST(Divergence, LossesThatDifferAHundredfoldFromStepToStepAreNone) {
  // Every tenth, or every third batch has objects.
  for (const uint64_t every : {10, 3}) {
    std::mt19937_64 random(every);
    EXPECT_EQ(noticed_at(20000,
                         [&](int64_t) {
                           const double noise = 1.0 + static_cast<double>(random() % 1000) / 1000.0;
                           return (random() % every == 0 ? 100.0 : 1.0) * noise;
                         }),
              0);
  }
}

}  // namespace
}  // namespace rn
