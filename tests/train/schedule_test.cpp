#include "train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace rn {
namespace {

ScheduleConfig no_warmup(ScheduleKind kind) {
  ScheduleConfig config;
  config.kind = kind;
  config.warmup_iterations = 0;
  return config;
}

TEST(Schedule, WarmupRisesLinearlyFromItsFactorToOne) {
  ScheduleConfig config = no_warmup(ScheduleKind::kConstant);
  config.warmup_iterations = 4;
  config.warmup_factor = 0.2;
  const RunLength length{100, 10};
  // 0.2 + 0.8 * i / 4
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 0, length), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 1, length), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 3, length), 0.8);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 4, length), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 99, length), 1.0);
}

TEST(Schedule, WarmupTakesATenthOfAShortRunAtMost) {
  ScheduleConfig config = no_warmup(ScheduleKind::kConstant);
  config.warmup_iterations = 1000;
  config.warmup_factor = 0.0;
  const RunLength length{50, 10};  // 5 steps of warm-up
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 0, length), 0.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 4, length), 0.8);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 5, length), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 0, RunLength{1, 1}), 1.0);
}

TEST(Schedule, MultiStepDropsAtMilestonesInEpochs) {
  ScheduleConfig config = no_warmup(ScheduleKind::kMultiStep);
  config.milestones = {1.5, 3};
  config.gamma = 0.1;
  const RunLength length{40, 10};
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 14, length), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 15, length), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 29, length), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 30, length), 0.1 * 0.1);
}

TEST(Schedule, CosineFallsFromOneToItsFinalFactor) {
  ScheduleConfig config = no_warmup(ScheduleKind::kCosine);
  config.final_factor = 0.2;
  const RunLength length{100, 10};
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 0, length), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 50, length), 0.6);  // cos(pi/2) = 0
  // 25 %: 0.2 + 0.8 * (1 + sqrt(1/2)) / 2
  EXPECT_NEAR(learning_rate_factor(config, 25, length), 0.8828427124746190, 1e-15);
}

TEST(Schedule, PolyFallsWithItsPower) {
  ScheduleConfig config = no_warmup(ScheduleKind::kPoly);
  config.power = 2;
  config.final_factor = 0.1;
  const RunLength length{10, 10};
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 0, length), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 5, length), 0.1 + 0.9 * 0.25);
  EXPECT_NEAR(learning_rate_factor(config, 9, length), 0.1 + 0.9 * 0.01, 1e-15);
}

TEST(Schedule, WarmupMultipliesTheDecay) {
  ScheduleConfig config = no_warmup(ScheduleKind::kPoly);
  config.power = 1;
  config.warmup_iterations = 2;
  config.warmup_factor = 0.5;
  // Step 1 of 20: warm-up 0.5 + 0.5 * 1/2 = 0.75, decay 19/20.
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 1, RunLength{20, 5}), 0.75 * 0.95);
}

TEST(Schedule, RefusesAStepAfterTheEnd) {
  EXPECT_THROW(learning_rate_factor({}, 10, RunLength{10, 5}), InternalError);
}

TEST(BaseLearningRate, IsQuotedForSixteenImages) {
  OptimizerConfig config;
  config.learning_rate = 0.01;
  EXPECT_DOUBLE_EQ(base_learning_rate(config, 16), 0.01);
  EXPECT_DOUBLE_EQ(base_learning_rate(config, 4), 0.0025);
  config.scale_learning_rate = false;
  EXPECT_DOUBLE_EQ(base_learning_rate(config, 4), 0.01);
}

}  // namespace
}  // namespace rn
