#include "eval/numpy_mean.h"

#include <gtest/gtest.h>

#include <vector>

namespace rn {
namespace {

TEST(NumpyMean, AddsFewerThanEightOneAfterTheOther) {
  // (1e16 + 1) + 1 loses both ones; 1 + 1 first would not.
  EXPECT_EQ(numpy_pairwise_sum(std::vector<double>{1e16, 1, 1}), 1e16);
}

TEST(NumpyMean, AddsEightLanesInPairs) {
  // Lanes 0 and 1 are added first: the ones of lanes 2..7 come together before they meet 1e16.
  EXPECT_EQ(numpy_pairwise_sum(std::vector<double>{1e16, 0, 1, 1, 1, 1, 1, 1}), 1e16 + 6);
  // The tail of a run is added last, one by one, and is lost.
  EXPECT_EQ(numpy_pairwise_sum(std::vector<double>{1e16, 0, 0, 0, 0, 0, 0, 0, 1, 1}), 1e16);
}

TEST(NumpyMean, HalvesLongRunsAtMultiplesOfEight) {
  // 129 values: halves of 64 and 65. Lane 0 of the second half starts at 64, so 1 (at 64) meets
  // -1e16 (at 128, the tail) after the rest of its half.
  std::vector<double> values(129, 0);
  values[0] = 1e16;
  values[64] = 1;
  values[128] = -1e16;
  EXPECT_EQ(numpy_pairwise_sum(values), 0);
  values[128] = 1;
  EXPECT_EQ(numpy_pairwise_sum(values), 1e16 + 2);
}

TEST(NumpyMean, AddsBlocksOf8192OneAfterTheOther) {
  std::vector<double> values(3 * 8192, 0);
  values[0] = 1e16;
  values[8192] = 1;
  values[2 * 8192] = 1;  // a single pairwise sum would add the two ones to 2 before 1e16 + 2
  EXPECT_EQ(numpy_mean(values), 1e16 / (3 * 8192));
}

TEST(NumpyMean, IsExactForOneValue) { EXPECT_EQ(numpy_mean(std::vector<double>{0.1}), 0.1); }

}  // namespace
}  // namespace rn
