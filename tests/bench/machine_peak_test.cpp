#include "bench/machine_peak.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

TEST(MachinePeak, IsTheLargestOfWhatWasConsidered) {
  MachinePeak peak;
  peak.consider(2e9, "matrix product");
  peak.consider(3e9, "forward 64 -> 64");
  peak.consider(1e9, "3x3 convolution");
  EXPECT_EQ(peak.flop_per_second, 3e9);
  EXPECT_EQ(peak.by, "forward 64 -> 64");
}

}  // namespace
}  // namespace rn
