#include "eval/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/text.h"
#include "eval/coco_params.h"

namespace rn {
namespace {

constexpr std::string_view kAllIous = "0.50:0.95";

/// What one of the 12 lines says it measured.
struct SummaryLine {
  bool precision;
  std::string_view ious;
  int64_t area;
  int64_t limit;
};

std::array<SummaryLine, 12> summary_lines(const std::vector<int64_t>& limits) {
  return {{{true, kAllIous, 0, kLimitOfAp},
           {true, "0.50", 0, limits[kLargestLimit]},
           {true, "0.75", 0, limits[kLargestLimit]},
           {true, kAllIous, 1, limits[kLargestLimit]},
           {true, kAllIous, 2, limits[kLargestLimit]},
           {true, kAllIous, 3, limits[kLargestLimit]},
           {false, kAllIous, 0, limits[0]},
           {false, kAllIous, 0, limits[1]},
           {false, kAllIous, 0, limits[kLargestLimit]},
           {false, kAllIous, 1, limits[kLargestLimit]},
           {false, kAllIous, 2, limits[kLargestLimit]},
           {false, kAllIous, 3, limits[kLargestLimit]}}};
}

std::string measured(double value) { return value > -1 ? fmt::format("{:.3f}", value) : "-"; }

nlohmann::ordered_json array_to_json(const EvalArray& array) {
  return {{"shape", array.shape}, {"fnv64w", fmt::format("{:016x}", fnv64w(array.values))}};
}

}  // namespace

std::string summary_text(const EvaluationResult& result) {
  std::string text;
  const auto lines = summary_lines(result.max_detections);
  for (size_t i = 0; i < lines.size(); ++i) {
    const SummaryLine& line = lines[i];
    text += fmt::format(" {:<18} {} @[ IoU={:<9} | area={:>6} | maxDets={:>3} ] = {:.3f}\n",
                        line.precision ? "Average Precision" : "Average Recall",
                        line.precision ? "(AP)" : "(AR)", line.ious, kAreaRanges[line.area].name,
                        line.limit, result.stats.values[i]);
  }
  return text;
}

std::string missing_ap_text(const EvaluationResult& result) {
  const auto& limits = result.max_detections;
  if (std::find(limits.begin(), limits.end(), kLimitOfAp) != limits.end()) return {};
  return fmt::format(
      "AP is not measured: COCO has it with at most {} detections for each image and class, and "
      "the limits here are {}. The AP of a single class has the limit {}.",
      kLimitOfAp, fmt::join(limits, ", "), limits[kLargestLimit]);
}

std::string shown_name(int64_t id, std::string_view name) {
  constexpr size_t kMostCharacters = 40;
  return name.empty() ? fmt::format("class {}", id) : printable(name, kMostCharacters);
}

std::string category_table(const EvaluationResult& result) {
  constexpr size_t kNarrowest = 5;
  size_t width = kNarrowest;
  std::vector<std::string> names;
  for (const CategoryResult& row : result.per_category) {
    names.push_back(shown_name(row.id, row.name));
    width = std::max(width, names.back().size());
  }
  const auto line = [&](std::string_view name, std::string_view objects, const auto&... numbers) {
    std::string text = fmt::format("{:<{}} {:>8}", name, width, objects);
    ((text += fmt::format(" {:>6}", numbers)), ...);
    return text + "\n";
  };
  std::string table = line("class", "objects", "AP", "AP50", "AP75", "APs", "APm", "APl",
                           fmt::format("AR{}", result.max_detections[kLargestLimit]));
  for (size_t i = 0; i < names.size(); ++i) {
    const CategoryResult& row = result.per_category[i];
    table += line(names[i], fmt::format("{}", row.npos), measured(row.ap), measured(row.ap50),
                  measured(row.ap75), measured(row.ap_small), measured(row.ap_medium),
                  measured(row.ap_large), measured(row.ar100));
  }
  return table;
}

nlohmann::ordered_json to_json(const EvaluationResult& result) {
  nlohmann::ordered_json json;
  for (size_t i = 0; i < CocoStats::kNames.size(); ++i) {
    json["stats"][CocoStats::kNames[i]] = result.stats.values[i];
  }
  json["per_category"] = nlohmann::ordered_json::array();
  for (const CategoryResult& row : result.per_category) {
    json["per_category"].push_back({{"id", row.id},
                                    {"name", row.name},
                                    {"npos", row.npos},
                                    {"AP", row.ap},
                                    {"AP50", row.ap50},
                                    {"AP75", row.ap75},
                                    {"APs", row.ap_small},
                                    {"APm", row.ap_medium},
                                    {"APl", row.ap_large},
                                    {"AR1", row.ar1},
                                    {"AR10", row.ar10},
                                    {"AR100", row.ar100}});
  }
  json["max_detections"] = result.max_detections;
  json["arrays"] = {{"precision", array_to_json(result.precision)},
                    {"recall", array_to_json(result.recall)},
                    {"scores", array_to_json(result.scores)}};
  return json;
}

uint64_t fnv64w(std::span<const double> values) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const double value : values) {
    hash ^= std::bit_cast<uint64_t>(value);
    hash *= 0x100000001b3;
  }
  return hash;
}

}  // namespace rn
