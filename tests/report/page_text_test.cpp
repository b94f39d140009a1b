#include "report/page_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rn::page {
namespace {

TEST(PageText, SharesAreInPerCentAndWhatIsNoneIsADash) {
  EXPECT_EQ(percent(0.3641), "36.4");
  EXPECT_EQ(percent(0), "0.0");
  EXPECT_EQ(percent(-1), "–");
  EXPECT_EQ(percent(std::nan("")), "–");
  EXPECT_EQ(percent(INFINITY), "–");
}

TEST(PageText, DifferencesHaveASignUnlessTheyAreZero) {
  EXPECT_EQ(signed_percent(0.0123), "+1.2");
  EXPECT_EQ(signed_percent(-0.0123), "−1.2");
  EXPECT_EQ(signed_percent(-0.0001), "0.0");
  EXPECT_EQ(signed_percent(std::nan("")), "–");
}

TEST(PageText, ScoresKeepTheirDigits) {
  EXPECT_EQ(score(0.36412), "0.364");
  EXPECT_EQ(score(0.000364), "0.00036");
  EXPECT_EQ(score(0), "0.000");
}

TEST(PageText, CountsAreGroupedByThousands) {
  EXPECT_EQ(count(7), "7");
  EXPECT_EQ(count(999), "999");
  EXPECT_EQ(count(1000), "1,000");
  EXPECT_EQ(count(12345678), "12,345,678");
  EXPECT_EQ(count(-123456), "-123,456");
  EXPECT_EQ(count_of(1, "object", "objects"), "1 object");
  EXPECT_EQ(count_of(1200, "object", "objects"), "1,200 objects");
}

TEST(PageText, NoneAndAllAreSaidOfNoneAndAllOnly) {
  EXPECT_EQ(share(0, 1000), "0%");
  EXPECT_EQ(share(1, 1000), "&lt;1%");
  EXPECT_EQ(share(999, 1000), "&gt;99%");
  EXPECT_EQ(share(1000, 1000), "100%");
  EXPECT_EQ(share(0, 0), "–");
}

TEST(PageText, ListsEndWithAnd) {
  EXPECT_EQ(enumeration({}), "");
  EXPECT_EQ(enumeration({"a"}), "a");
  EXPECT_EQ(enumeration({"a", "b"}), "a and b");
  EXPECT_EQ(enumeration({"a", "b", "c"}), "a, b and c");
}

TEST(PageText, AClassWithoutANameIsCalledByItsId) {
  EXPECT_EQ(class_name({3, "cat"}), "cat");
  EXPECT_EQ(class_name({3, ""}), "class 3");
  EXPECT_EQ(class_name({-1, ""}), "class -1");
}

TEST(PageText, TheLastPartOfAPathIsTheFile) {
  EXPECT_EQ(file_of("runs/7/dt.json"), "dt.json");
  EXPECT_EQ(file_of("dt.json"), "dt.json");
  EXPECT_EQ(file_of("runs/"), "runs/");
}

TEST(PageText, ThresholdsAreRoundedDown) {
  EXPECT_EQ(threshold(0.32674), "0.326");
  EXPECT_EQ(threshold(0.327), "0.327");
  EXPECT_EQ(threshold(0.0052), "0.0052");
}

}  // namespace
}  // namespace rn::page
