#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/svg_chart.h"
#include "runreport/run_report.h"

namespace rn::page::run {

/// Numbers of a run as lines of charts.

/// Pixels of charts that stand side by side with others.
inline constexpr double kChartHeight = 250;

/// Where a step stands on the axis of all charts over the run: epochs, where the run's length is
/// known; else steps.
double place_of(const RunReportInput& input, int64_t iteration);
ChartAxis run_axis(const RunReportInput& input);

using StepValue = std::function<double(const StepEvent&)>;

/// As they are; of very many the lowest and the highest of each stretch, so that peaks stay.
std::vector<ChartPoint> raw_series(const RunReportInput& input, const StepValue& value);

/// Means over as many values before as after, up to a twentieth of the run in all; NaN are left
/// out.
std::vector<ChartPoint> smooth_series(const RunReportInput& input, const StepValue& value);

/// A round height of axis from 0 that holds nearly all values: a few outliers don't flatten the
/// rest. @return NaN without values
double robust_top(const std::vector<ChartPoint>& points);

/// Brings what is above down to the top.
void clamp_above(std::vector<ChartPoint>& points, double top);

}  // namespace rn::page::run
