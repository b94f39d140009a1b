#include "report/memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace rn {
namespace {

TEST(ResidentBytes, GrowsByWhatIsTouched) {
  const int64_t before = resident_bytes();
  if (before == 0) GTEST_SKIP() << "the system doesn't say";
  const std::vector<char> touched(64 << 20, 1);
  const int64_t grown = resident_bytes() - before;
  EXPECT_GT(grown, 60 << 20);
  EXPECT_LT(grown, 80 << 20);
  EXPECT_EQ(touched.back(), 1);
}

}  // namespace
}  // namespace rn
