#include "lab/loss_curves.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rn {
namespace {

TEST(LossCurves, GammaZeroIsCrossEntropy) {
  for (const double p_t : {1e-6, 0.01, 0.5, 0.9, 0.999}) {
    EXPECT_NEAR(loss_of(p_t, 0), -std::log(p_t), 1e-12 * -std::log(p_t) + 1e-15);
  }
}

TEST(LossCurves, AreThePapersEquation4) {
  for (const double gamma : {0.5, 1.0, 2.0, 5.0}) {
    for (const double p_t : {0.01, 0.3, 0.5, 0.9, 0.99}) {
      const double expected = -std::pow(1 - p_t, gamma) * std::log(p_t);
      EXPECT_NEAR(loss_of(p_t, gamma), expected, 1e-9 * expected) << gamma << " at " << p_t;
    }
  }
}

/// Lin et al. 2017, section 3.2: what gamma 2 takes off.
TEST(LossCurves, GammaTwoTakesOffWhatThePaperSays) {
  const auto factor = [](double p_t) { return loss_of(p_t, 0) / loss_of(p_t, 2); };
  EXPECT_NEAR(factor(0.9), 100, 1e-6);
  EXPECT_NEAR(factor(0.968), 1000, 25);  // "about 1000": (1 - 0.968)^-2 = 977
  for (double p_t = 0.001; p_t <= 0.5; p_t += 0.001) EXPECT_LE(factor(p_t), 4 + 1e-9) << p_t;
  EXPECT_NEAR(factor(0.5), 4, 1e-9);
}

TEST(LossCurves, ALineIsDrawnForEachGamma) {
  const auto lines = loss_curves();
  ASSERT_EQ(lines.size(), 6);
  for (const ChartLine& line : lines) EXPECT_EQ(line.points.size(), 199);
  EXPECT_NEAR(lines[4].points[99].x, 0.5, 1e-12);
  EXPECT_NEAR(lines[0].points[99].y, std::log(2), 1e-12);
  EXPECT_NEAR(lines[1].points[99].y, 0.25 * std::log(2), 1e-12);  // balanced
  EXPECT_NEAR(lines[4].points[99].y, 0.25 * std::log(2), 1e-12);  // gamma 2
}

}  // namespace
}  // namespace rn
