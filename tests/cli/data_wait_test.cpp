#include "cli/data_wait.h"

#include <gmock/gmock.h>

namespace rn {
namespace {
using ::testing::HasSubstr;

/// Two pictures of 1024 x 1024: 6 MiB when decoded.
Dataset two_pictures() {
  CocoFile file;
  file.images = {{1, "a.png", 1024, 1024}, {2, "b.png", 1024, 1024}};
  file.categories = {{1, "cell"}};
  return Dataset(file, "pictures", "gt.json");
}

/// Of an epoch of two steps, of which each takes 10 seconds.
StepEvent step(int64_t in_epoch, double waiting) {
  StepEvent event;
  event.epoch = 3;
  event.step_in_epoch = in_epoch;
  event.steps_per_epoch = 2;
  event.step_seconds = 10;
  event.data_seconds = waiting;
  return event;
}

TEST(DataWait, IsToldOnceAtTheEndOfAnEpoch) {
  DataConfig config;
  config.workers = 2;
  DataWait wait(config, two_pictures(), 8);
  EXPECT_EQ(wait.add(step(1, 8)), "");
  EXPECT_EQ(wait.add(step(2, 4)),
            "60 % of epoch 3 went by waiting for pictures: set data.workers=8 (now 2) and go on "
            "with --resume");
  EXPECT_EQ(wait.add(step(1, 8)), "");
  EXPECT_EQ(wait.add(step(2, 8)), "");
}

TEST(DataWait, LittleOfItOrAShortEpochIsNothingToTell) {
  DataWait wait(DataConfig{}, two_pictures(), 8);
  wait.add(step(1, 2));
  EXPECT_EQ(wait.add(step(2, 2)), "");  // 20 %
  StepEvent quick = step(2, 1);
  quick.step_seconds = 1.5;
  EXPECT_EQ(wait.add(quick), "");
}

TEST(DataWait, WithAllCoresLoadingTheCacheIsProposedAndThenSmallerFiles) {
  DataConfig config;
  config.workers = 2;
  config.cache_mb = 6;
  DataWait with_little(config, two_pictures(), 2);
  EXPECT_THAT(with_little.add(step(2, 9)), HasSubstr("data.cache_mb=7 would keep them all"));
  config.cache_mb = 7;
  DataWait with_enough(config, two_pictures(), 2);
  EXPECT_THAT(with_enough.add(step(2, 9)), HasSubstr("smaller files, more cores"));
}

}  // namespace
}  // namespace rn
