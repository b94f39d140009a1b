#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "evalreport/error_names.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"

namespace rn::page {
namespace {

constexpr std::string_view kTideHeading = "What the errors cost";

/// TIDE's own numbers are per cent already.
std::string gain(const std::optional<double>& value) {
  return value ? signed_percent(*value / 100) : std::string(kNone);
}

std::vector<TideError> errors_by_cost(const TideResult& tide) {
  std::vector<TideError> order;
  for (int64_t i = 0; i < kTideErrorCount; ++i) order.push_back(static_cast<TideError>(i));
  std::stable_sort(order.begin(), order.end(), [&](TideError a, TideError b) {
    return tide.dap[static_cast<size_t>(a)].value_or(-1) >
           tide.dap[static_cast<size_t>(b)].value_or(-1);
  });
  return order;
}

/// Bars share one scale, of at least 10 points: small errors look small.
double bar_scale(const TideResult& tide) {
  double scale = 10;
  for (const auto& value : tide.dap) scale = std::max(scale, value.value_or(0));
  return std::max({scale, tide.false_pos.value_or(0), tide.false_neg.value_or(0)});
}

std::string error_row(const TideResult& tide, TideError error, double scale) {
  const auto i = static_cast<size_t>(error);
  const ErrorText& text = error_text(error);
  return fmt::format(
      "<tr><th scope=\"row\">{} <span class=\"tag\">{}</span></th><td class=\"bar wide-bar\">{}"
      "</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"text\">{} <em>{}</em></td>"
      "</tr>\n",
      text.name, kTideErrorNames[i], mini_bar(tide.dap[i].value_or(0) / scale, 1),
      gain(tide.dap[i]), count(tide.counts[i]), text.meaning, text.remedy);
}

std::string sum_row(std::string_view name, const std::optional<double>& value, double scale,
                    std::string_view text) {
  return fmt::format(
      "<tr><th scope=\"row\">{}</th><td class=\"bar wide-bar\">{}</td><td class=\"n\">{}</td>"
      "<td class=\"n\"></td><td class=\"text\">{}</td></tr>\n",
      name, mini_bar(value.value_or(0) / scale, 4), gain(value), text);
}

}  // namespace

std::string tide_finding(const EvalReportInput& input) {
  if (!input.analysis.tide) return {};
  const TideResult& tide = *input.analysis.tide;
  const std::vector<TideError> order = errors_by_cost(tide);
  const auto cost = [&](size_t i) { return tide.dap[static_cast<size_t>(order[i])].value_or(0); };
  if (cost(0) < 0.05) return {};
  const auto cases = [&](size_t i) {
    return count_of(tide.counts[static_cast<size_t>(order[i])], "case", "cases");
  };
  std::string text = fmt::format("{} cost most: mending all of them ({}) would add {:.1f} AP50",
                                 error_text(order[0]).plural, cases(0), cost(0));
  if (cost(1) >= 0.05) {
    text += fmt::format("; next are {} with {:.1f} ({})", error_text(order[1]).plural_within,
                        cost(1), cases(1));
  }
  return text + ".";
}

std::string tide_section(const EvalReportInput& input) {
  if (!input.analysis.tide) return {};
  const TideResult& tide = *input.analysis.tide;
  const bool nothing = std::all_of(tide.counts.begin(), tide.counts.end(),
                                   [](int64_t number) { return number == 0; });
  if (nothing) return section("tide", kTideHeading, "There are no errors.", "");
  const double scale = bar_scale(tide);
  std::string rows;
  for (const TideError error : errors_by_cost(tide)) rows += error_row(tide, error, scale);
  rows += "</tbody>\n<tbody class=\"gap\">\n" +
          sum_row("All false positives", tide.false_pos, scale,
                  "What perfect scores would add: every false positive ranked below every true "
                  "one.") +
          sum_row("All missed objects", tide.false_neg, scale,
                  "What finding everything would add: objects that no detection took left out.");
  std::string lead = tide_finding(input);
  if (lead.empty()) lead = "No kind of error costs as much as 0.1 AP50.";
  return section(
      "tide", kTideHeading, lead,
      "<div class=\"wide\"><table class=\"plain errors\">\n<thead><tr><th>error</th><th "
      "class=\"bar\"></th>"
      "<th class=\"n\">AP50</th><th class=\"n\">cases</th><th>what it is, and what to do</th></tr>"
      "</thead>\n<tbody>\n" +
          rows + "</tbody>\n</table></div>\n" +
          fmt::format("<p class=\"note\">By TIDE (Bolya et al. 2020): how much AP50 would rise if "
                      "only this kind of error were mended. The gains don’t add up. TIDE’s own "
                      "AP50 is {:.1f}: it counts a class with detections but without objects as 0, "
                      "and of an image the best 100 detections of all classes together.</p>\n",
                      tide.ap50));
}

}  // namespace rn::page
