#include "core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "core/error.h"

namespace rn {
namespace {

// Expected values: random_goldens.py.

std::vector<uint64_t> first_three(Rng rng) { return {rng.next(), rng.next(), rng.next()}; }

TEST(Rng, StreamIsTheSameOnEveryMachine) {
  EXPECT_EQ(first_three(Rng(0)),
            (std::vector<uint64_t>{0x2130748aaac80268, 0x0cc78fb979ce5090, 0xab9aa3dafba6b4ac}));
  EXPECT_EQ(first_three(Rng(1)),
            (std::vector<uint64_t>{0xe28195ddd9ee4956, 0x6735fa339a2f4459, 0xd69887a7933b8aad}));
  EXPECT_EQ(first_three(Rng(7, 3, 5)),
            (std::vector<uint64_t>{0x720d8b908b31c9cf, 0x573c27336a0de471, 0x5575e993cabf6ea0}));
}

TEST(Rng, DerivedNumbersAreTheSameOnEveryMachine) {
  Rng uniform(7, 3, 5);
  EXPECT_EQ(uniform.uniform(), 0x1.c8362e422cc72p-2);
  EXPECT_EQ(uniform.uniform(), 0x1.5cf09ccda8378p-2);
  Rng below(7, 3, 5);
  for (const int64_t expected : {1, 7, 0, 6, 4, 2, 5, 4}) EXPECT_EQ(below.below(10), expected);
  Rng normal(7, 3, 5);
  EXPECT_NEAR(normal.normal(), -0.5863015709375079, 1e-15);
  Rng order(42);
  std::vector<int> values(8);
  std::iota(values.begin(), values.end(), 0);
  shuffle(values, order);
  EXPECT_EQ(values, (std::vector<int>{5, 7, 4, 0, 1, 6, 2, 3}));
}

TEST(Rng, NeighbouringKeysGiveStreamsThatShareNothing) {
  std::set<uint64_t> seen;
  size_t drawn = 0;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    for (uint64_t epoch = 0; epoch < 8; ++epoch) {
      for (uint64_t sample = 0; sample < 64; ++sample) {
        Rng rng(seed, epoch, sample);
        for (int i = 0; i < 8; ++i, ++drawn) seen.insert(rng.next());
      }
    }
  }
  EXPECT_EQ(seen.size(), drawn);
}

TEST(Rng, ArgumentsAreNotInterchangeable) {
  EXPECT_NE(Rng(0, 1, 2).next(), Rng(0, 2, 1).next());
  EXPECT_NE(Rng(1, 0, 0).next(), Rng(0, 1, 0).next());
}

TEST(Rng, FirstDrawsOfNeighbouringStreamsAreUncorrelated) {
  // Correlation of the first draws of samples i and i + 1; its standard error is 1 / sqrt(n).
  constexpr int kSamples = 10000;
  double sum = 0;
  for (int i = 0; i < kSamples; ++i) {
    sum += (Rng(5, 2, i).uniform() - 0.5) * (Rng(5, 2, i + 1).uniform() - 0.5);
  }
  EXPECT_LT(std::abs(sum / kSamples * 12), 4 / std::sqrt(kSamples));
}

TEST(Rng, DistributionsHaveTheirMoments) {
  constexpr int kDraws = 100000;
  Rng rng(3);
  double uniform = 0, normal = 0, square = 0;
  int heads = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform(2, 4);
    ASSERT_TRUE(u >= 2 && u < 4);
    uniform += u / kDraws;
    const double z = rng.normal();
    normal += z / kDraws;
    square += z * z / kDraws;
    heads += rng.chance(0.25);
  }
  EXPECT_NEAR(uniform, 3, 0.01);
  EXPECT_NEAR(normal, 0, 0.015);
  EXPECT_NEAR(square, 1, 0.02);
  EXPECT_NEAR(heads / double{kDraws}, 0.25, 0.006);
}

TEST(Rng, BoundsAreIncluded) {
  Rng rng(9);
  std::set<int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(rng.between(-1, 2));
  EXPECT_EQ(seen, (std::set<int64_t>{-1, 0, 1, 2}));
  EXPECT_EQ(rng.between(5, 5), 5);
  EXPECT_FALSE(rng.chance(0));
  EXPECT_TRUE(rng.chance(1));
}

TEST(Rng, NothingToDrawFromIsABrokenInvariant) {
  Rng rng(1);
  EXPECT_THROW(rng.below(0), InternalError);
  EXPECT_THROW(rng.between(2, 1), InternalError);
}

TEST(Shuffle, KeepsEveryValueAndCopesWithFew) {
  Rng rng(4);
  std::vector<int> none, one = {7}, many(100);
  shuffle(none, rng);
  shuffle(one, rng);
  EXPECT_EQ(one, std::vector<int>{7});
  std::iota(many.begin(), many.end(), 0);
  auto shuffled = many;
  shuffle(shuffled, rng);
  EXPECT_NE(shuffled, many);
  EXPECT_TRUE(std::is_permutation(shuffled.begin(), shuffled.end(), many.begin()));
}

}  // namespace
}  // namespace rn
