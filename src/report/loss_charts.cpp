#include "report/loss_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "report/page_text.h"

namespace rn::page {
namespace {

constexpr double kSide = 300;

}  // namespace

std::vector<ChartPoint> cumulative_points(const LossShares& shares, double from) {
  std::vector<ChartPoint> points;
  for (size_t i = 0; i < std::min(shares.loss_of_easiest.size(), kSampleShares.size()); ++i) {
    const double x = 100 * kSampleShares[i];
    if (x >= from - 1e-9) points.push_back({x, 100 * shares.loss_of_easiest[i]});
  }
  return points;
}

std::vector<ChartPoint> probability_points(const LossShares& shares) {
  const std::vector<double>& bins = shares.p_t;
  const double all = std::accumulate(bins.begin(), bins.end(), 0.0);
  std::vector<ChartPoint> points;
  for (size_t i = 0; all > 0 && i < std::min(bins.size(), kProbabilityBins); ++i) {
    points.push_back({(logit_of_bin(i) + logit_of_bin(i + 1)) / 2, 100 * bins[i] / all});
  }
  return points;
}

std::string cumulative_chart(std::string_view what, double from, std::vector<ChartLine> lines) {
  LineChart chart;
  chart.title = fmt::format("Cumulative share of the loss of {}", what);
  chart.x = {fmt::format("% of the {}, easiest first", what), from, 100};
  chart.y = {"% of their loss", 0, 100};
  chart.width = chart.height = kSide;
  chart.lines = std::move(lines);
  return line_chart(chart);
}

std::string probability_chart(std::string_view what, double height, std::vector<ChartLine> lines) {
  LineChart chart;
  chart.title = fmt::format("p_t of the {}", what);
  chart.x = {"p_t", logit_of_bin(0), kLargestLogit, AxisScale::kLogit};
  chart.y = {fmt::format("% of the {}", what), 0};
  chart.width = kChartWidth;
  chart.height = height;
  chart.lines = std::move(lines);
  return line_chart(chart);
}

std::string named_chart(std::string_view name_html, std::string_view chart_html,
                        std::string_view caption_html) {
  return figure(fmt::format("<p class=\"chart-name\">{}</p>\n{}", name_html, chart_html),
                caption_html);
}

}  // namespace rn::page
