#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "report/html.h"
#include "report/page_text.h"
#include "report/units.h"
#include "runreport/sections.h"
#include "runreport/series.h"

namespace rn::page::run {
namespace {

constexpr size_t kFewClasses = 6;
constexpr size_t kHighlighted = 3;
constexpr size_t kMostThinLines = 80;

double total_loss(const StepEvent& step) { return step.loss_cls + step.loss_box; }

double images_per_second(const StepEvent& step) {
  return step.step_seconds > 0 ? static_cast<double>(step.images) / step.step_seconds : kNotDrawn;
}

LineChart run_chart(const RunReportInput& input, std::string title) {
  LineChart chart;
  chart.title = std::move(title);
  chart.x = run_axis(input);
  chart.y.low = 0;
  chart.width = kChartWidth;
  chart.height = kChartHeight;
  return chart;
}

std::string named_figure(std::string_view name, const LineChart& chart,
                         std::string_view caption = {}) {
  return figure(fmt::format("<p class=\"chart-name\">{}</p>\n", name) + line_chart(chart) +
                    (chart.lines.size() > 1 ? chart_legend(chart.lines) : std::string()),
                caption);
}

/// A smoothed line over the faint values themselves.
void add_smoothed(LineChart& chart, const RunReportInput& input, std::string name,
                  const StepValue& value, int colour, int dash, LineWeight weight) {
  chart.lines.push_back({"", raw_series(input, value), colour, LineWeight::kThin, 0});
  chart.lines.push_back({std::move(name), smooth_series(input, value), colour, weight, dash});
}

void fit_height(LineChart& chart, const std::vector<ChartPoint>& points) {
  const double top = robust_top(points);
  if (!(top > 0)) return;
  chart.y.high = top;
  for (ChartLine& line : chart.lines) clamp_above(line.points, chart.y.high);
}

/// Dots on the axis.
std::vector<ChartPoint> skipped_points(const RunReportInput& input) {
  std::vector<ChartPoint> points;
  for (const StepEvent& step : input.history.steps) {
    if (!step.skipped) continue;
    const double x = place_of(input, step.iteration);
    points.push_back({x, 0});
    points.push_back({x, kNotDrawn});
  }
  return points;
}

std::string loss_chart(const RunReportInput& input) {
  LineChart chart = run_chart(input, "Losses of the training steps");
  add_smoothed(chart, input, "total", total_loss, 0, 0, LineWeight::kBold);
  chart.lines.push_back({"classification",
                         smooth_series(input, [](const StepEvent& s) { return s.loss_cls; }), 1,
                         LineWeight::kNormal, 1});
  chart.lines.push_back({"boxes",
                         smooth_series(input, [](const StepEvent& s) { return s.loss_box; }), 2,
                         LineWeight::kNormal, 2});
  fit_height(chart, chart.lines.front().points);
  chart.lines.push_back({"", skipped_points(input), 1, LineWeight::kNormal, 0});
  for (const RollbackEvent& rollback : input.history.rollbacks) {
    chart.marks.push_back({place_of(input, rollback.to_iteration),
                           fmt::format("back from step {}", rollback.iteration)});
  }
  return named_figure("Loss", chart, "Running means; faint: the total itself.");
}

std::string rate_chart(const RunReportInput& input) {
  LineChart chart = run_chart(input, "Learning rate");
  chart.lines.push_back({"learning rate",
                         raw_series(input, [](const StepEvent& s) { return s.learning_rate; }), 0,
                         LineWeight::kNormal, 0});
  return named_figure("Learning rate", chart);
}

std::string gradient_chart(const RunReportInput& input) {
  LineChart chart = run_chart(input, "Norm of the gradient");
  add_smoothed(
      chart, input, "norm of the gradient", [](const StepEvent& s) { return s.grad_norm; }, 0, 0,
      LineWeight::kNormal);
  fit_height(chart, chart.lines.front().points);
  return named_figure("Norm of the gradient, before clipping", chart);
}

std::string speed_chart(const RunReportInput& input) {
  LineChart chart = run_chart(input, "Images per second");
  const auto without_waiting = [](const StepEvent& s) {
    const double seconds = s.step_seconds - s.data_seconds;
    return seconds > 0 ? static_cast<double>(s.images) / seconds : kNotDrawn;
  };
  chart.lines.push_back({"without waiting for data", smooth_series(input, without_waiting), 1,
                         LineWeight::kNormal, 1});
  add_smoothed(chart, input, "images/s", images_per_second, 0, 0, LineWeight::kNormal);
  std::vector<ChartPoint> values = chart.lines[0].points;
  values.insert(values.end(), chart.lines[1].points.begin(), chart.lines[1].points.end());
  fit_height(chart, values);
  return named_figure("Images per second", chart);
}

std::vector<ChartPoint> stat_series(const RunReportInput& input, size_t stat) {
  std::vector<ChartPoint> points;
  for (const EvaluationEvent& e : input.history.evaluations) {
    points.push_back(
        {place_of(input, e.iteration), measured(e.stats[stat]) ? 100 * e.stats[stat] : kNotDrawn});
  }
  return points;
}

std::string ap_chart(const RunReportInput& input) {
  LineChart chart = run_chart(input, "AP on the validation set");
  struct Look {
    const char* name;
    size_t stat;
    int colour, dash;
    LineWeight weight;
  };
  constexpr std::array<Look, 6> kLooks = {{{"AP50", 1, 1, 1, LineWeight::kNormal},
                                           {"AP75", 2, 2, 2, LineWeight::kNormal},
                                           {"APs", 3, 3, 3, LineWeight::kNormal},
                                           {"APm", 4, 4, 4, LineWeight::kNormal},
                                           {"APl", 5, 5, 5, LineWeight::kNormal},
                                           {"AP", 0, 0, 0, LineWeight::kBold}}};
  for (const Look& look : kLooks) {
    std::vector<ChartPoint> points = stat_series(input, look.stat);
    if (std::none_of(points.begin(), points.end(),
                     [](const ChartPoint& point) { return std::isfinite(point.y); })) {
      continue;  // no objects of that size
    }
    chart.lines.push_back({look.name, std::move(points), look.colour, look.weight, look.dash});
  }
  const EvaluationEvent* best = nullptr;
  for (const EvaluationEvent& e : input.history.evaluations) {
    if (e.is_best) best = &e;
  }
  if (best != nullptr) {
    chart.marks.push_back(
        {place_of(input, best->iteration), fmt::format("best AP {}", percent(best->stats[0]))});
  }
  return named_figure("AP on the validation set", chart);
}

std::vector<ChartPoint> class_series(const RunReportInput& input, size_t index) {
  std::vector<ChartPoint> points;
  for (const EvaluationEvent& e : input.history.evaluations) {
    const double ap = index < e.category_ap.size() ? e.category_ap[index] : kNotDrawn;
    points.push_back({place_of(input, e.iteration), measured(ap) ? 100 * ap : kNotDrawn});
  }
  return points;
}

/// Classes with an AP by that of the last evaluation, descending.
std::vector<size_t> classes_by_ap(const EvaluationEvent& last) {
  std::vector<size_t> order(last.category_ap.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::erase_if(order, [&](size_t i) { return !measured(last.category_ap[i]); });
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return last.category_ap[a] > last.category_ap[b]; });
  return order;
}

ChartLine class_line(const RunReportInput& input, size_t index, int look, LineWeight weight) {
  const EvaluationEvent& last = input.history.evaluations.back();
  const std::string& name = last.category_names[index];
  const std::string label = fmt::format("{} ({})", name.empty() ? "a class without a name" : name,
                                        percent(last.category_ap[index]));
  if (weight == LineWeight::kThin) return {label, class_series(input, index), kNeutral, weight, 0};
  // No two have one dash: they are told apart without colours, too.
  constexpr std::array<int, kFewClasses> kColours = {2, 5, 6, 1, 4, 3};
  return {label, class_series(input, index), kColours.at(look), weight, look};
}

/// Few each in a colour of its own; of many the best and the worst.
std::string class_chart(const RunReportInput& input) {
  if (input.history.evaluations.empty()) return {};
  const std::vector<size_t> order = classes_by_ap(input.history.evaluations.back());
  if (order.size() < 2) return {};
  LineChart chart = run_chart(input, "AP of each class");
  const bool few = order.size() <= kFewClasses;
  if (!few) {
    const size_t between = order.size() - 2 * kHighlighted;
    const size_t thin = std::min(between, kMostThinLines);
    for (size_t i = 0; i < thin; ++i) {
      const size_t index = order[kHighlighted + i * between / thin];
      chart.lines.push_back(class_line(input, index, 0, LineWeight::kThin));
    }
  }
  const size_t thin = chart.lines.size();
  for (size_t i = 0; i < std::min(order.size(), 2 * kHighlighted); ++i) {
    const size_t rank = few || i < kHighlighted ? i : order.size() - 2 * kHighlighted + i;
    chart.lines.push_back(class_line(input, order[rank], static_cast<int>(i), LineWeight::kNormal));
  }
  const std::span<const ChartLine> named(chart.lines.begin() + static_cast<std::ptrdiff_t>(thin),
                                         chart.lines.end());
  return figure(
      "<p class=\"chart-name\">AP of each class</p>\n" + line_chart(chart) + chart_legend(named),
      few ? "In brackets the last AP."
          : "The best and the worst three by the last AP, in brackets; the others grey.");
}

int64_t skipped_steps(const RunHistory& history) {
  return std::count_if(history.steps.begin(), history.steps.end(),
                       [](const StepEvent& step) { return step.skipped; });
}

std::string skipped_note(const RunReportInput& input) {
  const int64_t skipped = skipped_steps(input.history);
  if (skipped == 0) return {};
  std::vector<std::string> which;
  constexpr size_t kNamed = 10;
  for (const StepEvent& step : input.history.steps) {
    if (step.skipped && which.size() < kNamed) which.push_back(count(step.iteration));
  }
  return fmt::format(
      "<p class=\"note\">{} skipped because loss or gradient was not finite (dots under the loss): "
      "{}{}.</p>\n",
      skipped == 1 ? "1 step was" : count(skipped) + " steps were", enumeration(which),
      skipped > static_cast<int64_t>(kNamed) ? " and more" : "");
}

std::string rollback_note(const RunReportInput& input) {
  std::string notes;
  for (const RollbackEvent& rollback : input.history.rollbacks) {
    notes += fmt::format(
        "<p class=\"note\">After step {} the run went back to step {} ({}); from there on its "
        "learning rate is {:g} of the config’s.</p>\n",
        count(rollback.iteration), count(rollback.to_iteration), html_escape(rollback.reason),
        rollback.rate_factor);
  }
  return notes;
}

/// Share of the time that the steps of the last tenth waited for data.
double waiting_share(const RunHistory& history) {
  double waiting = 0, all = 0;
  for (size_t i = history.steps.size() * 9 / 10; i < history.steps.size(); ++i) {
    const StepEvent& step = history.steps[i];
    if (!std::isfinite(step.step_seconds) || !std::isfinite(step.data_seconds)) continue;
    all += step.step_seconds;
    waiting += step.data_seconds;
  }
  return all > 0 ? waiting / all : 0;
}

}  // namespace

std::string training_finding(const RunReportInput& input) {
  const std::vector<ChartPoint> loss = smooth_series(input, total_loss);
  if (loss.empty()) return {};
  std::string text =
      fmt::format("The loss went from {} to {}", score(loss.front().y), score(loss.back().y));
  const std::vector<ChartPoint> speed = smooth_series(input, images_per_second);
  if (!speed.empty()) text += fmt::format(", lately at {} images/s", rate_text(speed.back().y));
  const double waiting = waiting_share(input.history);
  if (waiting >= 0.1) {
    text += fmt::format(
        "; {} of the time goes into waiting for data: more data.workers, or "
        "data.cache_mb, would help",
        percent_text(waiting));
  }
  return text + ".";
}

std::string training_section(const RunReportInput& input) {
  const bool has_steps = !input.history.steps.empty();
  const bool has_evaluations = !input.history.evaluations.empty();
  if (!has_steps && !has_evaluations) {
    return section("training", "Training", "No step is done yet.", "");
  }
  std::string lead = training_finding(input);
  if (!has_evaluations) lead += " The model has not been evaluated yet.";
  std::string charts;
  if (has_steps) charts += loss_chart(input);
  if (has_evaluations) charts += ap_chart(input) + class_chart(input);
  if (has_steps) charts += rate_chart(input) + gradient_chart(input) + speed_chart(input);
  return section("training", "Training", lead,
                 side_by_side(2, charts) + skipped_note(input) + rollback_note(input));
}

}  // namespace rn::page::run
