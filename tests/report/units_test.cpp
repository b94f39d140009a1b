#include "report/units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rn {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Units, Duration) {
  EXPECT_EQ(duration_text(0), "0:00");
  EXPECT_EQ(duration_text(41.4), "0:41");
  EXPECT_EQ(duration_text(59.6), "1:00");
  EXPECT_EQ(duration_text(728), "12:08");
  EXPECT_EQ(duration_text(3599.6), "1:00:00");
  EXPECT_EQ(duration_text(3753), "1:02:33");
  EXPECT_EQ(duration_text(3 * 86400 + 4 * 3600 + 10), "3d 04h");
  for (const double unknown : {-1.0, kNan, kInf, 1e300}) EXPECT_EQ(duration_text(unknown), "-");
}

TEST(Units, Elapsed) {
  EXPECT_EQ(elapsed_text(0.054), "0.05 s");
  EXPECT_EQ(elapsed_text(0.9999), "1.0 s");
  EXPECT_EQ(elapsed_text(4.14), "4.1 s");
  EXPECT_EQ(elapsed_text(59.94), "59.9 s");
  EXPECT_EQ(elapsed_text(59.96), "1:00");
  EXPECT_EQ(elapsed_text(kNan), "-");
}

TEST(Units, RateKeepsThreeDigits) {
  EXPECT_EQ(rate_text(0), "0.00");
  EXPECT_EQ(rate_text(9.994), "9.99");
  EXPECT_EQ(rate_text(9.996), "10.0");
  EXPECT_EQ(rate_text(99.96), "100");
  EXPECT_EQ(rate_text(1234.4), "1234");
  EXPECT_EQ(rate_text(kInf), "-");
}

TEST(Units, LossIsSixColumnsWhateverItsSize) {
  EXPECT_EQ(loss_text(0.04123), "0.0412");
  EXPECT_EQ(loss_text(9.99996), "10.000");
  EXPECT_EQ(loss_text(12.3454), "12.345");
  EXPECT_EQ(loss_text(99.9996), "100.00");
  EXPECT_EQ(loss_text(1234.54), "1234.5");
  EXPECT_EQ(loss_text(12345.6), "12345.6");
  EXPECT_EQ(loss_text(1e9), "1e+09");
  EXPECT_EQ(loss_text(kNan), "nan");
  EXPECT_EQ(loss_text(-kNan), "nan");
  EXPECT_EQ(loss_text(-kInf), "-inf");
}

TEST(Units, Percent) {
  EXPECT_EQ(percent_text(0.034), "3%");
  EXPECT_EQ(percent_text(1.2), "100%");
  EXPECT_EQ(percent_text(-0.1), "0%");
  EXPECT_EQ(percent_text(kNan), "-");
}

TEST(Units, SmallSharesKeepTwoDigits) {
  EXPECT_EQ(small_share_text(0), "0");
  EXPECT_EQ(small_share_text(0.162), "16");
  EXPECT_EQ(small_share_text(0.0149), "1");
  EXPECT_EQ(small_share_text(0.0058), "0.58");
  EXPECT_EQ(small_share_text(0.000058), "0.0058");
  EXPECT_EQ(small_share_text(1e-7), "<0.0001");
}

TEST(Units, Bytes) {
  EXPECT_EQ(bytes_text(0), "0 MB");
  EXPECT_EQ(bytes_text(356'400'000), "356 MB");
  EXPECT_EQ(bytes_text(999'600'000), "1.00 GB");
  EXPECT_EQ(bytes_text(1'239'000'000), "1.24 GB");
  EXPECT_EQ(bytes_text(124'000'000'000), "124 GB");
}

TEST(Units, ScoreWithoutObjectsIsADash) {
  EXPECT_EQ(score_text(0.46149), "0.461");
  EXPECT_EQ(score_text(0), "0.000");
  EXPECT_EQ(score_text(-1), "-");
  EXPECT_EQ(score_text(kNan), "-");
}

}  // namespace
}  // namespace rn
