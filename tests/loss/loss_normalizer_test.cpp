#include "loss/loss_normalizer.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace rn {
namespace {

using Weights = std::vector<double>;

TEST(LossNormalizer, BatchDividesByAllPositivesAndByOneWithoutAny) {
  LossNormalizer normalizer(NormalizerKind::kBatch);
  EXPECT_EQ(normalizer({3, 1}), (Weights{0.25, 0.25}));
  EXPECT_EQ(normalizer({0, 0, 0}), (Weights{1, 1, 1}));
}

TEST(LossNormalizer, ImageDividesByItsOwnPositivesAndTheNumberOfImages) {
  LossNormalizer normalizer(NormalizerKind::kImage);
  EXPECT_EQ(normalizer({4, 0}), (Weights{0.125, 0.5}));
  EXPECT_EQ(normalizer({5}), (Weights{0.2}));
}

// 0.9 * 100 + 0.1 * 10 = 91; 0.9 * 91 + 0.1 * max(1, 0) = 82.
TEST(LossNormalizer, MovingAverageStartsAt100AndCountsAnEmptyBatchAsOne) {
  LossNormalizer normalizer(NormalizerKind::kMovingAverage);
  EXPECT_DOUBLE_EQ(normalizer({6, 4})[1], 1 / 91.0);
  EXPECT_DOUBLE_EQ(normalizer({0})[0], 1 / 82.0);
  EXPECT_DOUBLE_EQ(normalizer.average(), 82);
  normalizer.set_average(200);
  EXPECT_DOUBLE_EQ(normalizer({10})[0], 1 / 181.0);
}

TEST(LossNormalizer, OnlyTheMovingAverageHasAState) {
  LossNormalizer normalizer(NormalizerKind::kBatch);
  normalizer({7});
  EXPECT_EQ(normalizer.average(), LossNormalizer::kInitialAverage);
}

TEST(LossNormalizer, ABatchWithoutImagesIsABug) {
  EXPECT_THROW(LossNormalizer(NormalizerKind::kImage)({}), InternalError);
}

}  // namespace
}  // namespace rn
