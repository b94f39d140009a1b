#include "cli/anchor_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "data/anchor_recall.h"
#include "report/text_table.h"

namespace rn {
namespace {

/// A set's objects and how many of them some anchors reach.
struct SetRecall {
  std::string name;
  std::vector<BoxOnGrid> objects;
  AnchorRecall present;
  AnchorRecall proposed;
};

/// Of one row: a size, or all.
RecallCount row_of(const AnchorRecall& recall, size_t row) {
  return row < recall.sizes.size() ? recall.sizes[row] : recall.all();
}

std::string percent(const RecallCount& count) {
  return count.objects == 0 ? "-" : fmt::format("{:.1f} %", 100 * count.recall());
}

std::string table_text(const std::vector<SetRecall>& sets, bool with_proposal) {
  std::vector<std::string> header = {"  size"};
  for (const SetRecall& set : sets) {
    header.push_back(set.name);
    header.emplace_back("reached");
    if (with_proposal) header.emplace_back("proposed");
  }
  TextTable table(header);
  for (size_t row = 0; row <= kObjectSizes.size(); ++row) {
    const std::string_view size = row < kObjectSizes.size() ? kObjectSizes[row] : "all";
    std::vector<std::string> cells = {fmt::format("  {}", size)};
    for (const SetRecall& set : sets) {
      cells.push_back(std::to_string(row_of(set.present, row).objects));
      cells.push_back(percent(row_of(set.present, row)));
      if (with_proposal) cells.push_back(percent(row_of(set.proposed, row)));
    }
    table.add_row(cells);
  }
  std::string text = table.text();
  text.pop_back();  // the last line's break
  return text;
}

void add_lines(std::vector<std::string>& lines, const std::string& text) {
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
}

std::string heading(const AppConfig& config) {
  const bool is_multi_scale = !config.data.augment.short_sides.empty();
  return fmt::format(
      "anchors: objects with an anchor of IoU >= {:g}, by their size in the network's input (32^2, "
      "96^2 pixels){}",
      config.loss.matcher.positive_iou,
      is_multi_scale ? "; train: the images at data.augment.short_sides in turn" : "");
}

std::string what_happens(const AppConfig& config, const AnchorRecall& recall) {
  const RecallCount all = recall.all();
  if (all.reached == all.objects) return "  every object has a positive anchor by its IoU";
  return fmt::format(
      "  train: {} of {} objects are reached by none: {}", all.objects - all.reached, all.objects,
      config.loss.matcher.low_quality ? "only their best anchors, below the threshold, learn them"
                                      : "with loss.matcher.low_quality off they are never learned");
}

void add_proposal(std::vector<std::string>& lines, const AnchorConfig& proposal,
                  const AppConfig& config) {
  lines.push_back(
      fmt::format("  proposed: \"model\": {{\"anchors\": {{\"sizes\": [{}], \"aspect_ratios\": "
                  "[{}]}}}}",
                  fmt::join(proposal.sizes, ", "), fmt::join(proposal.aspect_ratios, ", ")));
  if (config.model.weights.file.empty()) return;
  lines.emplace_back(
      "  model.weights.file names a trained detector: its heads know the anchors that they were "
      "trained with");
}

std::string warning_text(bool is_new, bool is_still_low) {
  if (!is_still_low) return "  warning: the present anchors leave many objects of a size out";
  return is_new ? "  warning: the proposal, too, leaves many objects of a size out; a larger "
                  "data.short_side would reach more small ones"
                : "  warning: many objects of a size are reached by no anchor, and no better sizes "
                  "were found; a larger data.short_side would reach more small ones";
}

/// Evenly out of all: what a start can wait for.
std::vector<BoxOnGrid> sample_of(std::vector<BoxOnGrid> objects) {
  constexpr size_t kEnough = 20000;
  const size_t stride = objects.size() / kEnough;
  if (stride < 2) return objects;
  std::vector<BoxOnGrid> sample;
  for (size_t i = 0; i < objects.size(); i += stride) sample.push_back(std::move(objects[i]));
  return sample;
}

}  // namespace

AnchorText short_anchor_text(const Dataset& train, const AppConfig& config) {
  const AnchorConfig& anchors = config.model.anchors;
  const double positive_iou = config.loss.matcher.positive_iou;
  const auto objects =
      sample_of(objects_on_grid(train, config.data, config.data.augment.short_sides, anchors));
  if (objects.empty()) return {};
  const AnchorRecall recall = anchor_recall(objects, anchors, positive_iou);
  std::vector<std::string> sizes;
  for (size_t i = 0; i < kObjectSizes.size(); ++i) {
    if (recall.sizes[i].objects == 0) continue;
    sizes.push_back(fmt::format("{} {}", kObjectSizes[i], percent(recall.sizes[i])));
  }
  AnchorText text;
  text.lines.push_back(fmt::format("{} of the objects have an anchor of IoU >= {:g} ({})",
                                   percent(recall.all()), positive_iou, fmt::join(sizes, ", ")));
  text.is_warning = is_low(recall);
  return text;
}

AnchorText anchor_text(const Dataset& train, const Dataset* val, const AppConfig& config) {
  const AnchorConfig& anchors = config.model.anchors;
  const double positive_iou = config.loss.matcher.positive_iou;
  std::vector<SetRecall> sets;
  sets.push_back({"train objects",
                  objects_on_grid(train, config.data, config.data.augment.short_sides, anchors),
                  {},
                  {}});
  if (sets[0].objects.empty()) return {};
  if (val != nullptr) {
    sets.push_back({"val objects", objects_on_grid(*val, config.data, {}, anchors), {}, {}});
  }
  for (SetRecall& set : sets) set.present = anchor_recall(set.objects, anchors, positive_iou);
  AnchorText text;
  text.is_warning = is_low(sets[0].present);
  const AnchorConfig proposal =
      text.is_warning ? propose_anchors(sets[0].objects, anchors, positive_iou) : anchors;
  const bool is_new =
      proposal.sizes != anchors.sizes || proposal.aspect_ratios != anchors.aspect_ratios;
  for (SetRecall& set : sets) set.proposed = anchor_recall(set.objects, proposal, positive_iou);

  text.lines.push_back(heading(config));
  add_lines(text.lines, table_text(sets, is_new));
  text.lines.push_back(what_happens(config, sets[0].present));
  if (is_new) add_proposal(text.lines, proposal, config);
  if (text.is_warning) text.lines.push_back(warning_text(is_new, is_low(sets[0].proposed)));
  return text;
}

}  // namespace rn
