#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evalreport/certainty.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "report/svg_chart.h"

namespace rn::page {
namespace {

/// Mean of confidence - accuracy over all detections: > 0 where scores promise too much.
double overconfidence(const Calibration& calibration) {
  double sum = 0;
  int64_t n = 0;
  for (const CalibrationBin& bin : calibration.bins) {
    if (bin.count == 0) continue;
    sum += static_cast<double>(bin.count) * (bin.confidence - bin.accuracy);
    n += bin.count;
  }
  return n > 0 ? sum / static_cast<double>(n) : 0;
}

/// The bin of high scores that a user relies on: the highest with enough detections to say so.
/// @param bias 1: among those that promise too much, -1: too little, 0: among all
const CalibrationBin* telling_bin(const Calibration& calibration, int bias) {
  for (auto bin = calibration.bins.rbegin(); bin != calibration.bins.rend(); ++bin) {
    if (is_enough(bin->count) && bias * (bin->confidence - bin->accuracy) >= 0) return &*bin;
  }
  return nullptr;
}

std::string reliability_chart(const Calibration& calibration) {
  LineChart chart;
  chart.width = kChartWidth;
  chart.title = "Share of true positives against score";
  chart.x = {"score", 0, 1};
  chart.y = {"true positives, per cent", 0, 100};
  ChartLine& ideal = chart.lines.emplace_back();
  ideal = {"", {{0, 0}, {1, 100}}, kNeutral, LineWeight::kNormal, 4};
  for (const CalibrationBin& bin : calibration.bins) {
    if (bin.count == 0) continue;
    chart.columns.push_back(
        {bin.low, bin.high, 100 * bin.accuracy, 0,
         fmt::format("scores {:.1f} to {:.1f}: {} per cent of {} are true, mean score "
                     "{:.3f}",
                     bin.low, bin.high, percent(bin.accuracy),
                     count_of(bin.count, "detection", "detections"), bin.confidence),
         !is_enough(bin.count)});
  }
  return figure(line_chart(chart),
                "A column below the dashed diagonal: scores promise too much; above it: too "
                "little. Hatched: of fewer than " +
                    count(kEnoughObjects) + " detections, mostly chance.");
}

std::string counts_chart(const Calibration& calibration) {
  BarChart chart;
  chart.width = kChartWidth;
  chart.title = "Detections by score";
  for (const CalibrationBin& bin : calibration.bins) {
    chart.bars.push_back({fmt::format("{:.1f} – {:.1f}", bin.low, bin.high),
                          static_cast<double>(bin.count), count(bin.count),
                          bin.count > 0 ? fmt::format("{:.0f}% true", 100 * bin.accuracy) : "", 0});
  }
  return figure(bar_chart(chart), "Detections by score, and how many of them are true.");
}

}  // namespace

std::string calibration_finding(const EvalReportInput& input) {
  const Calibration& calibration = input.analysis.calibration;
  if (calibration.detections == 0) return {};
  if (!is_enough(calibration.detections)) {
    return fmt::format("There are too few detections ({}) to say whether scores can be trusted.",
                       calibration.detections);
  }
  const double over = overconfidence(calibration);
  const std::string size = fmt::format("{:.1f}", 100 * calibration.ece);
  std::string text;
  int bias = 0;
  if (calibration.ece < 0.03) {
    text = "Scores can be read as probabilities: on average they are off by " + size + " points.";
  } else if (std::abs(over) > 0.7 * calibration.ece &&
             is_bias(over, static_cast<double>(calibration.detections))) {
    bias = over > 0 ? 1 : -1;
    text = fmt::format("Scores promise too {}: on average they are off by {} points.",
                       over > 0 ? "much" : "little", size);
  } else {
    text = "Scores are off by " + size + " points on average, some too high and some too low.";
  }
  if (const CalibrationBin* bin = telling_bin(calibration, bias)) {
    text += fmt::format(" Of {} with scores of {:.1f} to {:.1f}, {:.0f}% are true.",
                        count_of(bin->count, "detection", "detections"), bin->low, bin->high,
                        100 * bin->accuracy);
  }
  return text;
}

std::string calibration_section(const EvalReportInput& input) {
  const Calibration& calibration = input.analysis.calibration;
  if (calibration.detections == 0) {
    return section("calibration", "Can scores be trusted?", "There is no detection that counts.",
                   "");
  }
  return section(
      "calibration", "Can scores be trusted?", calibration_finding(input),
      side_by_side(2, reliability_chart(calibration) + counts_chart(calibration)) +
          fmt::format("<p class=\"note\">True: a true positive at IoU .5. Expected calibration "
                      "error (ECE) {}, largest error of a bin {}, over {} in ten bins.</p>\n",
                      percent(calibration.ece), percent(calibration.mce),
                      count_of(calibration.detections, "detection", "detections")));
}

}  // namespace rn::page
