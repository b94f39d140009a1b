#include "eval/analysis/calibration.h"

#include <gtest/gtest.h>

#include <limits>

#include "eval/analysis/scene.h"

namespace rn {
namespace {

TEST(Calibration, ComparesMeanScoreToShareOfTruePositives) {
  Scene scene;
  scene.object(10, 1, spot(0)).object(10, 1, spot(1));
  scene.detect(10, 1, spot(0), 0.75).detect(10, 1, nowhere(0), 0.75);       // bin 7: accuracy .5
  scene.detect(10, 1, nowhere(1), 0.125).detect(10, 1, nowhere(2), 0.125);  // bin 1: accuracy 0
  const Calibration result = make_calibration(scene.matches());
  EXPECT_EQ(result.detections, 4);
  ASSERT_EQ(result.bins.size(), 10u);
  EXPECT_EQ(result.bins[7].count, 2);
  EXPECT_EQ(result.bins[7].low, 0.7);
  EXPECT_EQ(result.bins[7].confidence, 0.75);
  EXPECT_EQ(result.bins[7].accuracy, 0.5);
  EXPECT_EQ(result.bins[1].accuracy, 0);
  EXPECT_EQ(result.bins[2].count, 0);
  EXPECT_EQ(result.bins[2].accuracy, -1);
  EXPECT_EQ(result.ece, 0.5 * 0.25 + 0.5 * 0.125);
  EXPECT_EQ(result.mce, 0.25);
}

TEST(Calibration, PutsScoresOutsideOfZeroToOneInTheEndBins) {
  Scene scene;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double score : {-3.0, 1.0, 7.0}) scene.detect(10, 1, nowhere(), score);
  for (const double score : {std::numeric_limits<double>::quiet_NaN(), kInfinity, -kInfinity}) {
    scene.detect(10, 1, nowhere(), score);  // no numbers: left out
  }
  const Calibration result = make_calibration(scene.matches());
  EXPECT_EQ(result.detections, 3);
  EXPECT_EQ(result.bins[0].count, 1);
  EXPECT_EQ(result.bins[9].count, 2);
}

TEST(Calibration, IsZeroWithoutDetections) {
  const Calibration result = make_calibration(Scene().matches());
  EXPECT_EQ(result.detections, 0);
  EXPECT_EQ(result.ece, 0);
  EXPECT_EQ(result.mce, 0);
}

}  // namespace
}  // namespace rn
