#include "core/spread.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

TEST(Spread, OfAnOddNumberHasTheOneInTheMiddle) {
  const Spread spread = spread_of({5, 1, 3});
  EXPECT_EQ(spread.median, 3);
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.most, 5);
}

TEST(Spread, OfAnEvenNumberHasTheMeanOfTheTwoInTheMiddle) {
  EXPECT_EQ(spread_of({8, 1, 2, 4}).median, 3);
}

TEST(Spread, IsTextWithTheMedianFirst) {
  EXPECT_EQ(spread_text({3.74, 3.456, 4.1}), "    3.74 (3.46 to 4.10)");
}

}  // namespace
}  // namespace rn
