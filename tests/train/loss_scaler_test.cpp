#include "train/loss_scaler.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

TEST(LossScaler, IsOneAndStaysSoWhenOff) {
  LossScaler scaler(false);
  scaler.update(false);
  EXPECT_EQ(scaler.scale(), 1.0);
}

TEST(LossScaler, HalvesOnOverflowAndDoublesAfter2000GoodSteps) {
  LossScaler scaler(true);
  EXPECT_EQ(scaler.scale(), 65536.0);
  for (int i = 0; i < 1999; ++i) scaler.update(true);
  scaler.update(false);  // the count starts again
  EXPECT_EQ(scaler.scale(), 32768.0);
  for (int i = 0; i < 1999; ++i) scaler.update(true);
  EXPECT_EQ(scaler.scale(), 32768.0);
  LossScaler resumed(true);
  resumed.set_state(scaler.state());
  resumed.update(true);
  EXPECT_EQ(resumed.scale(), 65536.0);
}

TEST(LossScaler, IsExhaustedWhenNoScaleHelps) {
  LossScaler scaler(true);
  for (int i = 0; i < 26; ++i) scaler.update(false);
  EXPECT_FALSE(scaler.exhausted());
  scaler.update(false);
  EXPECT_TRUE(scaler.exhausted());
  EXPECT_FALSE(LossScaler(false).exhausted());
}

}  // namespace
}  // namespace rn
