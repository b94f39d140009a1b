#include "core/phase_clock.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

enum class Phase { kFirst, kSecond, kCount };

TEST(PhaseClock, GivesTheTimeToThePhaseThatEnds) {
  int looks = 0;
  PhaseClock<Phase> clock([&] { ++looks; });
  EXPECT_EQ(looks, 1);
  clock.start();
  clock.lap(Phase::kSecond);
  EXPECT_EQ(looks, 3) << "each look at the time waits for the device";
  EXPECT_EQ(clock.seconds()[0], 0.0);
  EXPECT_GT(clock.seconds()[1], 0.0);
  const double second = clock.seconds()[1];
  clock.lap(Phase::kFirst);
  clock.lap(Phase::kSecond);
  EXPECT_GT(clock.seconds()[0], 0.0);
  EXPECT_GT(clock.seconds()[1], second) << "laps of a phase add up";
  EXPECT_DOUBLE_EQ(clock.total(), clock.seconds()[0] + clock.seconds()[1]);
}

TEST(PhaseClock, StartForgets) {
  PhaseClock<Phase> clock;
  clock.lap(Phase::kFirst);
  clock.start();
  EXPECT_EQ(clock.total(), 0.0);
}

}  // namespace
}  // namespace rn
