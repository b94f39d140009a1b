#include "runreport/series.h"

#include <gtest/gtest.h>

#include <cmath>

#include "runreport/sample_run.h"

namespace rn::page::run {
namespace {

RunHistory losses(const std::vector<double>& values) {
  RunHistory history;
  for (const double value : values) {
    StepEvent step;
    step.iteration = static_cast<int64_t>(history.steps.size()) + 1;
    step.loss_cls = value;
    history.steps.push_back(step);
  }
  return history;
}

double loss_of(const StepEvent& step) { return step.loss_cls; }

TEST(Series, StandAtEpochsWhereTheRunsLengthIsKnown) {
  const RunHistory history;
  RunReportInput input = sample_input(history);  // 120 steps in 12 epochs
  EXPECT_EQ(place_of(input, 25), 2.5);
  EXPECT_EQ(run_axis(input).label, "epoch");
  input.state.epochs = 0;
  EXPECT_EQ(place_of(input, 25), 25);
  EXPECT_EQ(run_axis(input).label, "step");
}

TEST(Series, SmoothingKeepsAStraightLineAndItsEnds) {
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back(i);
  const RunHistory history = losses(values);
  const auto points = smooth_series(sample_input(history), loss_of);
  ASSERT_EQ(points.size(), 200u);
  for (size_t i = 0; i < points.size(); ++i) EXPECT_DOUBLE_EQ(points[i].y, values[i]);
}

TEST(Series, SmoothingTakesTheMeanOfTheNeighbours) {
  // 40 values: a window of 40 / 20 / 2 = 1 on either side.
  std::vector<double> values(40, 0.0);
  values[10] = 3;
  const RunHistory history = losses(values);
  const auto points = smooth_series(sample_input(history), loss_of);
  EXPECT_DOUBLE_EQ(points[8].y, 0);
  EXPECT_DOUBLE_EQ(points[9].y, 1);
  EXPECT_DOUBLE_EQ(points[10].y, 1);
  EXPECT_DOUBLE_EQ(points[11].y, 1);
  EXPECT_DOUBLE_EQ(points[12].y, 0);
}

TEST(Series, WhatIsNoNumberIsLeftOutOfTheMeans) {
  const RunHistory history = losses({1, std::nan(""), 3});
  const auto points = smooth_series(sample_input(history), loss_of);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].y, 1);
  EXPECT_EQ(points[1].y, 3);
}

TEST(Series, OfVeryManyValuesThePeaksStay) {
  std::vector<double> values(50'000, 1.0);
  values[12'345] = 9;
  values[23'456] = -9;
  const RunHistory history = losses(values);
  const auto points = raw_series(sample_input(history), loss_of);
  EXPECT_LE(points.size(), 600u);
  double low = 0, high = 0, last = 0;
  for (const ChartPoint& point : points) {
    EXPECT_GT(point.x, last);
    last = point.x;
    low = std::min(low, point.y);
    high = std::max(high, point.y);
  }
  EXPECT_EQ(low, -9);
  EXPECT_EQ(high, 9);
}

TEST(Series, TheTopOfAnAxisPassesOverOutliers) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 100; ++i) points.push_back({static_cast<double>(i), 1.0});
  points[3].y = 500;
  EXPECT_DOUBLE_EQ(robust_top(points), 1.4);  // 1.3, rounded up to the axis' steps
  points[3].y = 1.1;
  EXPECT_DOUBLE_EQ(robust_top(points), 1.2);
  EXPECT_TRUE(std::isnan(robust_top({})));
  EXPECT_TRUE(std::isnan(robust_top({{0, 0}})));
}

}  // namespace
}  // namespace rn::page::run
