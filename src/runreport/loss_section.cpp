#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "report/loss_charts.h"
#include "report/page_text.h"
#include "report/units.h"
#include "runreport/sections.h"
#include "runreport/series.h"

namespace rn::page::run {
namespace {

constexpr size_t kMostProfiles = 4;

/// A profile that is drawn, and how.
struct DrawnProfile {
  const LossProfileEvent* profile;
  ChartLine look;  ///< without points
};

/// The start, a few between and the last one.
std::vector<DrawnProfile> drawn_profiles(const RunReportInput& input) {
  const LossProfileEvent* start = nullptr;
  std::vector<const LossProfileEvent*> later;
  for (const LossProfileEvent& profile : input.history.profiles) {
    if (profile.at_start) {
      start = &profile;
    } else {
      later.push_back(&profile);
    }
  }
  std::vector<DrawnProfile> drawn;
  if (start != nullptr) {
    drawn.push_back({start, {"start", {}, kNeutral, LineWeight::kNormal, 2}});
  }
  const size_t wanted = std::min(later.size(), kMostProfiles - 1);
  for (size_t i = 0; i < wanted; ++i) {
    const bool last = i + 1 == wanted;
    const size_t index = wanted == 1 ? later.size() - 1 : i * (later.size() - 1) / (wanted - 1);
    const std::string name = fmt::format("epoch {}", later[index]->epoch);
    constexpr std::array<int, kMostProfiles - 1> kColours = {4, 1, 0};
    drawn.push_back({later[index],
                     {name,
                      {},
                      last ? 0 : kColours.at(i),
                      last ? LineWeight::kBold : LineWeight::kNormal,
                      last                       ? 0
                      : static_cast<int>(i) == 0 ? 3
                                                 : 1}});
  }
  return drawn;
}

using SharesOf = LossShares LossProfileEvent::*;

/// @param points of one profile's shares
template <class Points>
std::vector<ChartLine> lines_of(const std::vector<DrawnProfile>& profiles, SharesOf kind,
                                const Points& points) {
  std::vector<ChartLine> lines;
  for (const DrawnProfile& drawn : profiles) {
    lines.push_back(drawn.look);
    lines.back().points = points(drawn.profile->*kind);
  }
  return lines;
}

std::string fig_4(const char* name, const std::vector<DrawnProfile>& profiles, SharesOf kind,
                  std::string_view what, double from) {
  const auto points = [&](const LossShares& shares) { return cumulative_points(shares, from); };
  return named_chart(name, cumulative_chart(what, from, lines_of(profiles, kind, points)));
}

double share_of_positives(const LossProfileEvent& profile) {
  const double all = profile.positives.loss + profile.negatives.loss;
  return all > 0 ? profile.positives.loss / all : kNotDrawn;
}

/// What cross entropy would make of the same predictions: the share of the easiest 99 % of the
/// negatives. From the counts of p_t, so good to a few per cent.
double easy_share_of_cross_entropy(const LossProfileEvent& profile) {
  const auto cross_entropy = [](size_t bin) {
    const double logit = (logit_of_bin(bin) + logit_of_bin(bin + 1)) / 2;
    return std::log1p(std::exp(-logit));  // -log(p_t)
  };
  const auto& positives = profile.positives.p_t;
  const auto& negatives = profile.negatives.p_t;
  double all = 0;
  for (size_t i = 0; i < positives.size(); ++i) all += positives[i] * cross_entropy(i);
  double easy = 0;
  double left = kEasyShare * std::accumulate(negatives.begin(), negatives.end(), 0.0);
  for (size_t i = negatives.size(); i-- > 0;) {  // the easiest first
    all += negatives[i] * cross_entropy(i);
    easy += std::min(negatives[i], left) * cross_entropy(i);
    left -= std::min(negatives[i], left);
  }
  return all > 0 ? easy / all : kNotDrawn;
}

std::string easy_chart(const RunReportInput& input) {
  LineChart chart;
  chart.title = "Share of the loss from the easiest 99\u00a0% of the negatives";
  chart.x = run_axis(input);
  chart.y = {"% of the whole loss", 0, 100};
  chart.width = kChartWidth;
  chart.height = 250;
  ChartLine easy{"easiest 99\u00a0% of the negatives", {}, 1, LineWeight::kNormal, 1};
  ChartLine other{"the same with cross entropy, about", {}, kNeutral, LineWeight::kNormal, 2};
  ChartLine positives{"positives", {}, 0, LineWeight::kBold, 0};
  for (const LossProfileEvent& profile : input.history.profiles) {
    const double x = profile.at_start ? 0 : place_of(input, profile.iteration);
    easy.points.push_back({x, 100 * profile.easy_negatives_share});
    other.points.push_back({x, 100 * easy_share_of_cross_entropy(profile)});
    positives.points.push_back({x, 100 * share_of_positives(profile)});
  }
  chart.lines = {other, easy, positives};
  return named_chart(
      "Whose loss is it?", line_chart(chart) + chart_legend(chart.lines),
      "The rest comes from the hardest 1\u00a0% of the negatives. Grey: what plain cross "
      "entropy would give the same predictions.");
}

std::string scores_chart(const std::vector<DrawnProfile>& profiles, SharesOf kind,
                         std::string_view what) {
  return named_chart(fmt::format("p<sub>t</sub> of the {}", what),
                     probability_chart(what, 230, lines_of(profiles, kind, probability_points)));
}

std::string when(const LossProfileEvent& profile) {
  return profile.at_start ? std::string("before the first step")
                          : fmt::format("in epoch {}", profile.epoch);
}

std::string level_chart(const LossProfileEvent& profile) {
  const double all = profile.positives.loss + profile.negatives.loss;
  BarChart chart;
  chart.title = "Loss of each level of the pyramid";
  chart.width = kChartWidth;
  const auto add = [&](size_t level, const char* what, const std::vector<double>& losses,
                       int colour) {
    const double share = level < losses.size() && all > 0 ? losses[level] / all : kNotDrawn;
    chart.bars.push_back(
        {fmt::format("P{} {}", level + 3, what), share, percent(share), "", colour});
  };
  for (size_t level = 0; level < profile.level_positives.size(); ++level) {
    add(level, "positives", profile.level_positives, 0);
    add(level, "negatives", profile.level_negatives, 1);
  }
  if (chart.bars.empty()) return {};
  return named_chart("Loss of each level", bar_chart(chart),
                     fmt::format("% of the whole classification loss, {}.", when(profile)));
}

std::string legend_of(const std::vector<DrawnProfile>& profiles) {
  std::vector<ChartLine> lines;
  for (const DrawnProfile& drawn : profiles) lines.push_back(drawn.look);
  return chart_legend(lines);
}

std::string per_cent(double share) {
  return measured(share) ? small_share_text(share) + "\u00a0%" : "?";
}

constexpr const char* kExplanation =
    "A sample is one anchor and class. Nearly all are negatives that any model soon gets right: "
    "“easy”. With cross entropy each of them still costs a little, and there are so many "
    "that together they can outweigh the objects: their curve then rises early. The focal loss "
    "takes a factor (1 − p<sub>t</sub>)<sup>γ</sup> off them, so that the curve of the "
    "negatives stays flat until the last per cents and then turns sharply up, while that of the "
    "positives changes little (Lin et al. 2017, Fig. 4). At the start all samples have about the "
    "same p<sub>t</sub>, so their curve is closer to the diagonal. The start is "
    "measured on the first training batch, the rest on validation pictures.";

}  // namespace

std::string loss_finding(const RunReportInput& input) {
  const auto& profiles = input.history.profiles;
  if (profiles.empty()) return {};
  const LossProfileEvent& first = profiles.front();
  const LossProfileEvent& last = profiles.back();
  const double samples = last.positives.samples + last.negatives.samples;
  std::string text =
      fmt::format("The easiest 99\u00a0% of the negatives make {} of the classification loss {}",
                  per_cent(last.easy_negatives_share), when(last));
  if (&first != &last) {
    text += fmt::format(", after {} {}", per_cent(first.easy_negatives_share), when(first));
  }
  if (last.positives.samples > 0) {
    text += fmt::format("; the positives, one in {} samples, make {}",
                        count(std::llround(samples / last.positives.samples)),
                        per_cent(share_of_positives(last)));
  }
  const double other = easy_share_of_cross_entropy(last);
  if (measured(other) && last.easy_negatives_share < 0.8 * other) {
    text += fmt::format(
        ". With plain cross entropy the same predictions would draw about {} of the loss from "
        "those easy negatives",
        per_cent(other));
  }
  return text + ".";
}

std::string loss_section(const RunReportInput& input) {
  const std::string heading = "What the loss trains on";
  if (input.history.profiles.empty()) {
    return section("loss", heading, "This is measured with the first step and at each evaluation.",
                   "");
  }
  const std::vector<DrawnProfile> profiles = drawn_profiles(input);
  const std::string cumulative =
      fig_4("Positives", profiles, &LossProfileEvent::positives, "positives", 0) +
      fig_4("Negatives", profiles, &LossProfileEvent::negatives, "negatives", 0) +
      fig_4("Negatives, the hardest 10\u00a0%", profiles, &LossProfileEvent::negatives, "negatives",
            90);
  const std::string others = easy_chart(input) + level_chart(*profiles.back().profile) +
                             scores_chart(profiles, &LossProfileEvent::positives, "positives") +
                             scores_chart(profiles, &LossProfileEvent::negatives, "negatives");
  return section("loss", heading, loss_finding(input),
                 side_by_side(3, cumulative) + legend_of(profiles) + "<p class=\"note\">" +
                     kExplanation + "</p>\n<h3>Whose loss it is, and how sure the model is</h3>\n" +
                     side_by_side(2, others) +
                     "<p class=\"note\">p<sub>t</sub> is the score that the model gives the right "
                     "answer; on the axis, equal distances are equal steps of its log-odds.</p>\n");
}

}  // namespace rn::page::run
