#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/loss_shares.h"
#include "report/svg_chart.h"

namespace rn::page {

/// What the classification loss is made of, as charts: one line for each moment of a run, or for
/// each of several runs.

/// Lin et al. 2017, Fig. 4, in per cent. @param from per cent of the samples where the axis begins
std::vector<ChartPoint> cumulative_points(const LossShares& shares, double from);

/// How many per cent of the samples are in each bin of p_t, over the logit of p_t.
std::vector<ChartPoint> probability_points(const LossShares& shares);

/// @param what "positives" or "negatives" @param lines of cumulative_points
std::string cumulative_chart(std::string_view what, double from, std::vector<ChartLine> lines);

/// @param lines of probability_points
std::string probability_chart(std::string_view what, double height, std::vector<ChartLine> lines);

/// A chart under a name of its own, beside others.
std::string named_chart(std::string_view name_html, std::string_view chart_html,
                        std::string_view caption_html = {});

}  // namespace rn::page
