#include "eval/analysis_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/text.h"
#include "eval/report_text.h"

namespace rn {
namespace {

using Json = nlohmann::ordered_json;

/// Classes that are listed.
constexpr size_t kMaxClasses = 10;

std::string shown(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "-";
}

Json by_name(const TideResult::Values& values) {
  Json json;
  for (int64_t i = 0; i < kTideErrorCount; ++i) {
    json[std::string(kTideErrorNames[i])] = values[i] ? Json(*values[i]) : Json();
  }
  return json;
}

std::string measured(double value) { return value < 0 ? "-" : fmt::format("{:.4f}", value); }

/// Without the interval and the shares where they say nothing.
std::string row(std::string_view name, size_t width, const Comparison& comparison,
                const ComparedNumber& number) {
  const std::string values = fmt::format("{:<{}}  {:>7}  {:>7}  {:>+8.4f}  ", name, width,
                                         measured(number.a), measured(number.b), number.difference);
  if (!is_comparable(comparison, number)) {
    return values + fmt::format("{:<18}  {:>8}  {:>7}\n", "-", "-", "-");
  }
  return values + fmt::format("[{:+.4f}, {:+.4f}]  {:>7.1f}%  {:>6.1f}%\n",
                              number.difference_interval.low, number.difference_interval.high,
                              100 * number.b_better, 100 * number.equal);
}

/// What the interval of AP's difference says.
std::string verdict(const Comparison& comparison) {
  const ComparedNumber& ap = comparison.ap;
  if (ap.resamples == 0) return "AP could not be measured.";
  if (!is_comparable(comparison, ap)) return too_few_images_text(ap) + ".";
  if (ap.equal == 1) return "Both have the same AP in every draw: are they the same detections?";
  if (!is_clear(ap)) return "These images can't tell which one is better.";
  return fmt::format("{} is better: by more than the choice of images explains.",
                     ap.difference_interval.low > 0 ? "B" : "A");
}

}  // namespace

std::string tide_text(const TideResult& tide) {
  std::string names = fmt::format("{:<28}", "TIDE's errors"), gains, counts;
  gains = fmt::format("{:<28}", "AP50 gains, if mended");
  counts = fmt::format("{:<28}", "how many");
  for (int64_t i = 0; i < kTideErrorCount; ++i) {
    names += fmt::format("{:>8}", kTideErrorNames[i]);
    gains += fmt::format("{:>8}", shown(tide.dap[i]));
    counts += fmt::format("{:>8}", tide.counts[i]);
  }
  names += fmt::format("{:>10}{:>10}", "FalsePos", "FalseNeg");
  gains += fmt::format("{:>10}{:>10}", shown(tide.false_pos), shown(tide.false_neg));
  return names + "\n" + gains + "\n" + counts + "\n";
}

nlohmann::ordered_json to_json(const TideResult& tide) {
  Json counts;
  for (int64_t i = 0; i < kTideErrorCount; ++i) {
    counts[std::string(kTideErrorNames[i])] = tide.counts[i];
  }
  const auto value = [](const std::optional<double>& v) { return v ? Json(*v) : Json(); };
  return {{"AP50", tide.ap50},
          {"dAP", by_name(tide.dap)},
          {"dAP_progressive", by_name(tide.dap_progressive)},
          {"special", {{"FalsePos", value(tide.false_pos)}, {"FalseNeg", value(tide.false_neg)}}},
          {"count", counts}};
}

std::string too_few_images_text(const ComparedNumber& number) {
  return fmt::format(
      "Too few images with objects ({}) to tell which one is better, at least {} are needed",
      number.images, kFewestComparedImages);
}

std::string comparison_text(const Comparison& comparison, std::string_view a, std::string_view b) {
  std::vector<const ComparedClass*> classes;
  size_t with_objects = 0;
  for (const ComparedClass& one : comparison.per_class) {
    if (one.ap.resamples > 0) ++with_objects;
    if (is_comparable(comparison, one.ap)) classes.push_back(&one);
  }
  std::stable_sort(classes.begin(), classes.end(), [](const auto* x, const auto* y) {
    return std::abs(x->ap.difference) > std::abs(y->ap.difference);
  });
  const size_t listed = std::min(classes.size(), kMaxClasses);
  size_t width = 5;
  std::vector<std::string> names;
  for (size_t i = 0; i < listed; ++i) {
    names.push_back(shown_name(classes[i]->id, classes[i]->name));
    width = std::max(width, names.back().size());
  }
  std::string text = fmt::format("A: {}\nB: {}\n", a, b);
  text +=
      fmt::format("{:<{}}  {:>7}  {:>7}  {:>8}  {:<18}  B better    equal\n", "", width, "A", "B",
                  "B - A", fmt::format("{:.0f}% interval", 100 * comparison.options.confidence));
  text +=
      row("AP", width, comparison, comparison.ap) + row("AP50", width, comparison, comparison.ap50);
  for (size_t i = 0; i < listed; ++i) text += row(names[i], width, comparison, classes[i]->ap);
  if (listed < classes.size()) {
    text += fmt::format("... {} more classes that differ less\n", classes.size() - listed);
  }
  if (classes.size() < with_objects) {
    text += fmt::format("... {} more that are in too few images to be compared\n",
                        with_objects - classes.size());
  }
  text += fmt::format("From {} of {}.", counted(comparison.options.resamples, "draw"),
                      counted(comparison.images, "image"));
  if (is_comparable(comparison, comparison.ap)) {
    text += fmt::format(" Intervals hold the middle {:.0f}% of their differences.",
                        100 * comparison.options.confidence);
  }
  return text + " " + verdict(comparison) + "\n";
}

}  // namespace rn
