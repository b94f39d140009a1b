#include "lab/lab_page.h"

#include <fmt/format.h>

#include <cmath>

#include "lab/loss_curves.h"
#include "report/html.h"
#include "report/loss_charts.h"
#include "report/page_frame.h"
#include "report/page_text.h"
#include "report/svg_chart.h"
#include "report/units.h"

namespace rn {
namespace {

using page::figure;
using page::named_chart;
using page::number_cell;
using page::section;
using page::side_by_side;

constexpr double kHeight = 300;

/// A variant's line in every chart; the last colours come again with another dash.
ChartLine line_of(const LabReport& report, size_t index) {
  const LabVariant& variant = report.results[index].variant;
  ChartLine line;
  line.name = variant.name;
  line.colour = static_cast<int>(index) % kPaletteSize;
  line.dash = static_cast<int>(index) / kPaletteSize * 2;
  const LabResult* best = best_of(report, true);
  if (best == &report.results[index]) line.weight = LineWeight::kBold;
  return line;
}

/// The variants that have numbers, each once, as lines. @param points of a variant
template <class Points>
std::vector<ChartLine> lines_of(const LabReport& report, const Points& points) {
  std::vector<ChartLine> lines;
  for (size_t i = 0; i < report.results.size(); ++i) {
    const LabResult& result = report.results[i];
    if (first_done(result) == nullptr || !result.variant.same_as.empty()) continue;
    ChartLine line = line_of(report, i);
    line.points = points(result);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string ap_chart(const LabReport& report) {
  LineChart chart;
  chart.title = "AP of the variants over the epochs";
  chart.x = {"epoch", 0};
  chart.y = {"AP, %"};
  chart.width = page::kChartWidth;
  chart.height = kHeight;
  chart.lines = lines_of(report, [](const LabResult& result) {
    std::vector<ChartPoint> points;
    for (const LabPoint& point : ap_while_training(result)) {
      points.push_back({point.epoch, std::isfinite(point.ap) ? 100 * point.ap : kNotDrawn});
    }
    return points;
  });
  return named_chart("Over the epochs", line_chart(chart) + chart_legend(chart.lines));
}

std::string ap_cell_text(const LabRow& row) {
  return std::isfinite(row.ap) ? ap_text(row) : std::string(page::kNone);
}

std::string last_ap_chart(const LabReport& report) {
  BarChart chart;
  chart.title = "AP of the last evaluation";
  chart.width = page::kChartWidth;
  for (size_t i = 0; i < report.results.size(); ++i) {
    const LabResult& result = report.results[i];
    if (!result.variant.same_as.empty()) continue;
    const LabRow row = row_of(report, result);
    chart.bars.push_back({result.variant.name, row.ap, ap_cell_text(row), "",
                          result.variant.is_focal ? 0 : kNeutral});
  }
  return named_chart("At the end; blue bars: focal losses", bar_chart(chart));
}

using SharesOf = LossShares LossProfileEvent::*;

/// Of each variant's last evaluation, in its first run.
std::string fig_4(const LabReport& report, SharesOf kind, const char* what, double from) {
  const auto points = [&](const LabResult& result) {
    const LossProfileEvent* profile = last_profile(first_done(result)->history);
    return profile == nullptr ? std::vector<ChartPoint>{}
                              : page::cumulative_points(profile->*kind, from);
  };
  return named_chart(from > 0 ? fmt::format("The hardest {:.0f} % of the {}", 100 - from, what)
                              : fmt::format("All {}", what),
                     page::cumulative_chart(what, from, lines_of(report, points)));
}

std::string scores_chart(const LabReport& report, SharesOf kind, const char* what) {
  const auto points = [&](const LabResult& result) {
    const LossProfileEvent* profile = last_profile(first_done(result)->history);
    return profile == nullptr ? std::vector<ChartPoint>{}
                              : page::probability_points(profile->*kind);
  };
  return named_chart(fmt::format("p<sub>t</sub> of the {}", what),
                     page::probability_chart(what, kHeight, lines_of(report, points)));
}

std::string cell(double share) {
  return number_cell(page::measured(share) ? page::percent(share) : std::string(page::kNone),
                     share);
}

std::string note_of(const LabResult& result) {
  if (!result.variant.same_as.empty()) return "the same as " + result.variant.same_as;
  return result.variant.text + (first_done(result) == nullptr ? " (failed)" : "");
}

std::string table(const LabReport& report) {
  const bool repeats = has_repeats(report);
  std::vector<std::string> names = {"AP", "AP50", "APs", "AP rare", "easy %", "time"};
  if (repeats) names.insert(names.begin() + 1, {"±", "runs"});
  std::string html =
      "<div class=\"wide\">\n<table class=\"sort\">\n<thead>\n<tr><th scope=\"col\">loss</th>"
      "<th scope=\"col\"></th>";
  for (const std::string& name : names) {
    html += fmt::format("<th scope=\"col\" class=\"n sortable\">{}</th>", name);
  }
  html += "</tr>\n</thead>\n<tbody>\n";
  for (const LabResult& result : report.results) {
    const LabRow row = row_of(report, result);
    const std::string runs =
        repeats ? cell(row.ap_deviation) +
                      number_cell(std::to_string(row.runs), static_cast<double>(row.runs))
                : "";
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td>{}{}{}{}{}{}{}</tr>\n",
                        html_escape(result.variant.name), html_escape(note_of(result)),
                        cell(row.ap), runs, cell(row.ap50), cell(row.aps), cell(row.rare_ap),
                        number_cell(easy_share_text(row.easy_share), row.easy_share),
                        number_cell(duration_text(row.seconds), row.seconds));
  }
  html += "</tbody>\n</table>\n</div>\n";
  for (const LabResult& result : report.results) {
    if (!result.variant.same_as.empty()) continue;
    for (const std::string& problem : problems_of(result)) {
      html += fmt::format("<p class=\"note\">{}</p>\n", html_escape(problem));
    }
  }
  return html;
}

std::string header(const LabReport& report) {
  std::string settings;
  for (const std::string& setting : report.settings) {
    settings += fmt::format("<li><code>{}</code></li>\n", html_escape(setting));
  }
  return fmt::format(
      "<header>\n<h1>Focal-loss laboratory: {}</h1>\n<p>{} {}</p>\n{}<p class=\"note\">"
      "Made by {}.</p>\n</header>\n",
      html_name(report.name, 60), html_escape(lab_finding(report)), chance_text(report),
      settings.empty() ? ""
                       : page::folded("What all variants have in common, beside the "
                                      "defaults",
                                      "<ul>\n" + settings + "</ul>\n"),
      html_escape(report.program));
}

std::string loss_section(const LabReport& report) {
  const std::string charts = fig_4(report, &LossProfileEvent::positives, "positives", 0) +
                             fig_4(report, &LossProfileEvent::negatives, "negatives", 0) +
                             fig_4(report, &LossProfileEvent::negatives, "negatives", 95);
  const std::string more = scores_chart(report, &LossProfileEvent::positives, "positives") +
                           scores_chart(report, &LossProfileEvent::negatives, "negatives");
  const auto legend = lines_of(report, [](const LabResult&) { return std::vector<ChartPoint>{}; });
  const std::string what = fmt::format(
      "The further right a curve of the negatives turns up, the less the easy ones count (Lin et "
      "al. 2017, Fig. 4). Each loss is measured by itself, on validation pictures{}.",
      has_repeats(report) ? ", in its first run" : "");
  return section("loss", "What each loss is made of at the end", what,
                 side_by_side(3, charts) + side_by_side(2, more) + chart_legend(legend));
}

}  // namespace

std::string lab_page(const LabReport& report) {
  const std::vector<std::string> rare = rare_classes(report.classes);
  const std::string columns = fmt::format(
      "AP in per cent, of the last evaluation of each run. AP rare: mean over {}. Easy %: what the "
      "easiest 99 % of the negatives make of the classification loss. Time: of the training "
      "steps.{}",
      rare.empty() ? "no class" : html_escape(page::enumeration(rare)),
      has_repeats(report)
          ? " Means over the runs, which have different seeds; ±: standard deviation of a run's AP."
          : "");
  const std::vector<ChartLine> curves = loss_curves();
  const std::vector<page::PageSection> sections = {
      {"results", "Results", section("results", "Results", columns, table(report))},
      {"curves", "AP",
       section("curves", "AP while training", "",
               side_by_side(2, ap_chart(report) + last_ap_chart(report)))},
      {"loss", "What the losses are made of", loss_section(report)},
      {"functions", "The functions",
       section("functions", "The functions",
               "The loss of a sample as this program computes it, against the probability of its "
               "true label (Lin et al. 2017, Fig. 1). At p<sub>t</sub> = 0.9 gamma 2 takes off a "
               "factor of 100.",
               figure(loss_curves_chart() + chart_legend(curves), ""))}};
  return page::whole_page("Focal-loss laboratory: " + report.name, header(report), sections);
}

}  // namespace rn
