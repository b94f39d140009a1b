#include "runreport/series.h"

#include <algorithm>
#include <cmath>

#include "report/ticks.h"

namespace rn::page::run {
namespace {

constexpr size_t kMostPoints = 600;
constexpr size_t kWindows = 20;  ///< side by side, in the whole run

/// The stretches into which so many points are cut.
size_t stretch_length(size_t points, size_t most) { return (points + most - 1) / most; }

}  // namespace

double place_of(const RunReportInput& input, int64_t iteration) {
  const RunState& state = input.state;
  const auto step = static_cast<double>(iteration);
  if (state.iterations <= 0 || state.epochs <= 0) return step;
  return step * static_cast<double>(state.epochs) / static_cast<double>(state.iterations);
}

ChartAxis run_axis(const RunReportInput& input) {
  const RunState& state = input.state;
  const bool has_length = state.iterations > 0 && state.epochs > 0;
  return {has_length ? "epoch" : "step", 0};
}

std::vector<ChartPoint> raw_series(const RunReportInput& input, const StepValue& value) {
  const auto& steps = input.history.steps;
  std::vector<ChartPoint> points;
  for (const StepEvent& step : steps) {
    points.push_back({place_of(input, step.iteration), value(step)});
  }
  if (points.size() <= kMostPoints) return points;
  const size_t length = stretch_length(points.size(), kMostPoints / 2);
  std::vector<ChartPoint> kept;
  for (size_t start = 0; start < points.size(); start += length) {
    const auto first = points.begin() + static_cast<std::ptrdiff_t>(start);
    const auto last = points.begin() + std::min(start + length, points.size());
    const auto lowest = [](const ChartPoint& a, const ChartPoint& b) {
      return std::isfinite(a.y) && (!std::isfinite(b.y) || a.y < b.y);
    };
    const auto highest = [](const ChartPoint& a, const ChartPoint& b) {
      return std::isfinite(a.y) && (!std::isfinite(b.y) || a.y > b.y);
    };
    auto low = std::min_element(first, last, lowest);
    auto high = std::min_element(first, last, highest);
    if (high < low) std::swap(low, high);
    kept.push_back(*low);
    if (high != low) kept.push_back(*high);
  }
  return kept;
}

std::vector<ChartPoint> smooth_series(const RunReportInput& input, const StepValue& value) {
  std::vector<ChartPoint> values;
  std::vector<double> sums = {0};  // of all values before
  for (const StepEvent& step : input.history.steps) {
    const double now = value(step);
    if (!std::isfinite(now)) continue;
    values.push_back({place_of(input, step.iteration), now});
    sums.push_back(sums.back() + now);
  }
  const size_t reach = values.size() / kWindows / 2;
  const size_t length = std::max<size_t>(1, stretch_length(values.size(), kMostPoints / 2));
  std::vector<ChartPoint> points;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i % length != 0 && i + 1 != values.size()) continue;
    // At the ends fewer, so that the mean stays in the middle of its values.
    const size_t around = std::min({reach, i, values.size() - 1 - i});
    const double sum = sums[i + around + 1] - sums[i - around];
    points.push_back({values[i].x, sum / static_cast<double>(2 * around + 1)});
  }
  return points;
}

double robust_top(const std::vector<ChartPoint>& points) {
  std::vector<double> values;
  for (const ChartPoint& point : points) {
    if (std::isfinite(point.y)) values.push_back(point.y);
  }
  if (values.empty()) return kNotDrawn;
  std::sort(values.begin(), values.end());
  const double usual = values[(values.size() - 1) * 97 / 100];
  const double top = std::min(values.back(), 1.3 * usual);
  return top > 0 ? nice_range(0, top, 5).high : kNotDrawn;
}

void clamp_above(std::vector<ChartPoint>& points, double top) {
  for (ChartPoint& point : points) {
    if (point.y > top) point.y = top;
  }
}

}  // namespace rn::page::run
