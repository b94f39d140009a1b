#include "data/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "test_pictures.h"

namespace rn {
namespace {

using testing::ElementsAre;

/// Every third picture is tall.
std::vector<bool> wide_flags(int64_t count) {
  std::vector<bool> is_wide;
  for (int64_t i = 0; i < count; ++i) is_wide.push_back(i % 3 != 0);
  return is_wide;
}

std::vector<int64_t> flattened(const std::vector<std::vector<int64_t>>& batches) {
  std::vector<int64_t> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

TEST(BatchSampler, GivesEverySampleOnceInFullBatchesButTheLast) {
  for (const bool group : {false, true}) {
    const BatchSampler sampler(wide_flags(23), {.batch_size = 4, .group_by_aspect = group});
    EXPECT_EQ(sampler.batches_per_epoch(), 6);
    for (int64_t epoch = 0; epoch < 5; ++epoch) {
      const auto batches = sampler.epoch_batches(epoch);
      ASSERT_EQ(batches.size(), 6u);
      for (size_t i = 0; i < 5; ++i) EXPECT_EQ(batches[i].size(), 4u);
      EXPECT_EQ(batches[5].size(), 3u);
      std::vector<int64_t> all = flattened(batches);
      std::sort(all.begin(), all.end());
      for (int64_t i = 0; i < 23; ++i) EXPECT_EQ(all[static_cast<size_t>(i)], i);
    }
  }
}

TEST(BatchSampler, IsAFunctionOfSeedAndEpoch) {
  const SamplerOptions options{.batch_size = 4, .seed = 5};
  const BatchSampler sampler(wide_flags(23), options);
  EXPECT_EQ(sampler.epoch_batches(3), BatchSampler(wide_flags(23), options).epoch_batches(3));
  EXPECT_NE(sampler.epoch_batches(3), sampler.epoch_batches(4));
  const SamplerOptions other{.batch_size = 4, .seed = 6};
  EXPECT_NE(sampler.epoch_batches(3), BatchSampler(wide_flags(23), other).epoch_batches(3));
}

TEST(BatchSampler, MixesWideAndTallOnlyAtTheEnd) {
  const std::vector<bool> is_wide = wide_flags(200);
  const BatchSampler sampler(is_wide, {.batch_size = 8});
  const auto batches = sampler.epoch_batches(0);
  size_t mixed = 0;
  for (size_t i = 0; i < batches.size(); ++i) {
    const bool first = is_wide[static_cast<size_t>(batches[i][0])];
    for (const int64_t sample : batches[i]) {
      if (is_wide[static_cast<size_t>(sample)] == first) continue;
      ++mixed;
      EXPECT_GE(i + 2, batches.size());
      break;
    }
  }
  EXPECT_LE(mixed, 1u);
}

TEST(BatchSampler, KeepsTheOrderOfTheFileWithoutShuffle) {
  const BatchSampler plain(wide_flags(5),
                           {.batch_size = 2, .shuffle = false, .group_by_aspect = false});
  EXPECT_THAT(plain.epoch_batches(9),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
  // 0 and 3 are tall; what is left of the wide ones comes last.
  const BatchSampler grouped(wide_flags(5), {.batch_size = 2, .shuffle = false});
  EXPECT_THAT(grouped.epoch_batches(0),
              ElementsAre(ElementsAre(1, 2), ElementsAre(0, 3), ElementsAre(4)));
}

TEST(BatchSampler, DropsAnIncompleteLastBatchIfAsked) {
  const BatchSampler sampler(wide_flags(7), {.batch_size = 3, .drop_last = true});
  EXPECT_EQ(sampler.batches_per_epoch(), 2);
  EXPECT_EQ(flattened(sampler.epoch_batches(0)).size(), 6u);
  EXPECT_THAT(
      test::error_of([] { BatchSampler(wide_flags(7), {.batch_size = 8, .drop_last = true}); }),
      testing::HasSubstr("7 images do not fill one batch of 8; set data.drop_last=false"));
}

TEST(BatchSampler, HandlesOneSampleAndBatchesLargerThanTheSet) {
  const BatchSampler sampler({true}, {.batch_size = 16});
  EXPECT_THAT(sampler.epoch_batches(0), ElementsAre(ElementsAre(0)));
}

}  // namespace
}  // namespace rn
