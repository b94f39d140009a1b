#include <fmt/format.h>

#include <array>

#include "eval/coco_params.h"
#include "evalreport/certainty.h"
#include "evalreport/data_counts.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"

namespace rn::page {
namespace {

// Indices into kAreaRanges.
constexpr size_t kSmall = 1;
constexpr size_t kLarge = 3;

constexpr std::array<std::string_view, 12> kMeanings = {
    "Average precision, the mean over classes and over the IoU thresholds .50, .55, …, .95: the "
    "number that COCO ranks by.",
    "A box counts from an IoU of .50: is the object found at all?",
    "A box counts from an IoU of .75: does it fit tightly?",
    "AP of objects below 32 × 32 pixels",
    "AP of objects between 32 × 32 and 96 × 96 pixels",
    "AP of objects above 96 × 96 pixels",
    "Average recall: objects found, whatever the scores, by at most {} per image and class.",
    "The same with at most {}.",
    "The same with at most {}: what is not found here can’t add to AP.",
    "Recall of objects below 32 × 32 pixels",
    "Recall of objects between 32 × 32 and 96 × 96 pixels",
    "Recall of objects above 96 × 96 pixels"};

std::string number_name(const EvaluationResult& result, size_t i) {
  if (i < 6 || i > 8) return CocoStats::kNames[i];
  return fmt::format("AR{}", result.max_detections.at(i - 6));
}

/// The range of the objects that the number is about.
size_t range_of_number(size_t i) {
  constexpr std::array<size_t, 12> kRanges = {0, 0, 0, 1, 2, 3, 0, 0, 0, 1, 2, 3};
  return kRanges[i];
}

std::string number_meaning(const EvaluationResult& result, const DataCounts& counts, size_t i) {
  const size_t range = range_of_number(i);
  if (range != kAllAreas) {
    return fmt::format("{}: {} here.", kMeanings[i],
                       count_of(counts.of_area[range], "object", "objects"));
  }
  if (i < 6 || i > 8) return std::string(kMeanings[i]);
  const int64_t limit = result.max_detections.at(i - 6);
  return fmt::format(fmt::runtime(kMeanings[i]), count_of(limit, "detection", "detections"));
}

/// What stands out among the 12 numbers.
std::string numbers_finding(const EvaluationResult& result, const DataCounts& counts) {
  const CocoStats& stats = result.stats;
  if (!measured(stats.ap50())) {
    return "Nothing could be measured: no image has an object that counts.";
  }
  std::string text;
  if (measured(stats.ap75()) && stats.ap50() > 0) {
    const double kept = stats.ap75() / stats.ap50();
    text = fmt::format("Asking for tight boxes (IoU .75 in place of .50) leaves {:.0f}% of AP50: ",
                       100 * kept);
    text += kept >= 0.8   ? "boxes fit well."
            : kept >= 0.6 ? "boxes fit fairly well."
                          : "many objects are found with boxes that fit loosely.";
  }
  const double small = stats.values[3];
  const double large = stats.values[5];
  const auto objects = [&](size_t range) { return counts.effective_of_area[range]; };
  const bool sure = is_enough(objects(kSmall)) && is_enough(objects(kLarge)) &&
                    is_beyond_chance(large, objects(kLarge), small, objects(kSmall));
  if (measured(small) && measured(large) && sure) {
    text +=
        fmt::format(" Small objects are the hard ones: AP {} of {} against {} of {} large ones.",
                    percent(small), count(counts.of_area[kSmall]), percent(large),
                    count(counts.of_area[kLarge]));
  }
  return text.empty() ? "No object is found: all are zero or could not be measured." : text;
}

}  // namespace

std::string numbers_section(const EvalReportInput& input) {
  const DataCounts counts = count_data(input);
  std::string rows;
  for (size_t i = 0; i < CocoStats::kNames.size(); ++i) {
    const double value = input.result.stats.values[i];
    rows += fmt::format(
        "<tr{}><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"bar\">{}</td>"
        "<td class=\"text\">{}</td></tr>\n",
        i == 6 ? " class=\"gap\"" : "", number_name(input.result, i), percent(value),
        mini_bar(value, i < 6 ? 0 : 2), number_meaning(input.result, counts, i));
  }
  return section("numbers", "COCO’s 12 numbers", numbers_finding(input.result, counts),
                 "<table class=\"plain\">\n<tbody>\n" + rows + "</tbody>\n</table>\n");
}

}  // namespace rn::page
