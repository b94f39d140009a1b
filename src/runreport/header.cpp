#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "evalreport/page_sections.h"
#include "report/html.h"
#include "report/page_text.h"
#include "report/units.h"
#include "runreport/sections.h"

namespace rn::page::run {
namespace {

std::string state_text(const RunState& state) {
  const std::string epochs = fmt::format("epoch {} of {}", state.epoch, state.epochs);
  if (!state.ending.empty()) return epochs + ", " + html_escape(state.ending);
  return state.has_ended ? epochs + ", ended" : epochs;
}

/// Of the steps: those in the log stand for the others, too.
std::string time_text(const RunReportInput& input) {
  double seconds = 0;
  int64_t steps = 0;
  for (const StepEvent& step : input.history.steps) {
    if (!std::isfinite(step.step_seconds)) continue;
    seconds += step.step_seconds;
    ++steps;
  }
  if (steps == 0) return {};
  double all = seconds / static_cast<double>(steps) * static_cast<double>(input.state.iteration);
  for (const EvaluationEvent& evaluation : input.history.evaluations) {
    if (std::isfinite(evaluation.seconds)) all += evaluation.seconds;
  }
  return "about " + duration_text(all);
}

std::string facts(const RunReportInput& input) {
  return "<dl class=\"facts\">\n" + fact("Folder", html_name(input.folder)) +
         fact("Model", html_escape(input.model)) +
         fact("Classification loss", html_escape(input.loss)) +
         fact("Device", html_escape(input.device)) +
         fact("Steps", fmt::format("{} of {}", count(input.state.iteration),
                                   count(input.state.iterations))) +
         fact("Time spent", time_text(input)) + fact("Written", html_escape(input.date)) +
         fact("Made by", html_escape(input.program)) + "</dl>\n";
}

std::string tiles(const RunReportInput& input) {
  const auto& evaluations = input.history.evaluations;
  const RunState& state = input.state;
  const double last = evaluations.empty() ? -1 : evaluations.back().stats[0];
  const double last50 = evaluations.empty() ? -1 : evaluations.back().stats[1];
  const std::string last_note =
      evaluations.empty() ? "" : fmt::format("epoch {}", evaluations.back().epoch);
  const bool has_best = state.best_epoch > 0;
  return "<div class=\"tiles\">\n" +
         tile("Best AP", percent(has_best ? state.best_ap : -1),
              has_best ? fmt::format("epoch {}", state.best_epoch) : "not evaluated yet") +
         tile("Last AP", percent(last), last_note) + tile("Last AP50", percent(last50), last_note) +
         tile("Epoch", fmt::format("{}", state.epoch), fmt::format("of {}", state.epochs)) +
         "</div>\n";
}

/// A message of several lines, its remedies one below the other.
std::string lines_html(const std::string& text) {
  std::string html;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    html += (html.empty() ? "" : "<br/>") + html_escape(line);
  }
  return html;
}

std::string findings(const RunReportInput& input) {
  std::string items;
  if (!input.state.problem.empty()) {
    items = "<li><strong>What ended it:</strong> " + lines_html(input.state.problem) + "</li>\n";
  }
  const auto add = [&](std::string_view id, const std::string& html) {
    if (!html.empty()) {
      items += fmt::format("<li>{} <a href=\"#{}\" class=\"more\">more</a></li>\n", html, id);
    }
  };
  add("training", training_finding(input));
  add("loss", loss_finding(input));
  if (input.evaluation != nullptr) {
    add("tide", tide_finding(*input.evaluation));
    add("classes", classes_finding(*input.evaluation));
    add("calibration", calibration_finding(*input.evaluation));
  }
  return items.empty() ? "" : "<ul class=\"findings\">\n" + items + "</ul>\n";
}

}  // namespace

std::string header(const RunReportInput& input) {
  return "<header>\n<h1>Training of <bdi>" + html_escape(with_ellipsis(input.name, 80)) +
         "</bdi>: " + state_text(input.state) + "</h1>\n" + facts(input) + tiles(input) +
         findings(input) +
         "<p class=\"note\">AP, AR, F1, precision, recall and shares are in per cent (0 to 100), "
         "as papers print them; scores and IoU are from 0 to 1.</p>\n</header>\n";
}

}  // namespace rn::page::run
