#include "cli/model_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <vector>

#include "core/config_io.h"
#include "report/text_table.h"
#include "report/units.h"

namespace rn {
namespace {

/// "34,014,999"
std::string grouped(int64_t count) {
  std::string text = std::to_string(count);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

std::string none_if_zero(int64_t count) { return count == 0 ? "-" : grouped(count); }

/// "1.24", "0.0031": three digits.
std::string gmacs_text(double macs) {
  const double value = macs / 1e9;
  if (value == 0) return "-";
  const int whole = value < 1 ? 0 : static_cast<int>(std::log10(value));
  return value < 0.1 ? fmt::format("{:.2g}", value)
                     : fmt::format("{:.{}f}", value, std::max(0, 2 - whole));
}

/// Decimals where a few MB count.
std::string megabytes_text(int64_t bytes) {
  constexpr int64_t kMega = 1'000'000;
  if (bytes == 0) return "-";
  if (bytes >= 10 * kMega) return bytes_text(bytes);
  if (bytes < kMega / 20) return "<0.1 MB";
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / static_cast<double>(kMega));
}

std::string output_text(const StageSummary& stage) {
  if (stage.maps.size() > 1) return fmt::format("{} x P3..P7", stage.channels);
  const ImageSize& size = stage.maps.front();
  return fmt::format("{} x {} x {}", stage.channels, size.height, size.width);
}

std::string stages_text(const ModelSummary& model) {
  TextTable table({"part", "output", "stride", "sees px", "parameters", "frozen", "GMAC", "kept"});
  const auto add = [&](const StageSummary& stage, const std::string& output) {
    table.add_row({stage.name, output, none_if_zero(stage.stride),
                   none_if_zero(stage.receptive_field), none_if_zero(stage.parameters),
                   none_if_zero(stage.frozen), gmacs_text(stage.macs),
                   megabytes_text(stage.kept_bytes)});
  };
  for (const StageSummary& stage : model.stages) add(stage, output_text(stage));
  StageSummary total = model.total;
  total.name = "total";
  add(total, "");
  return table.text();
}

std::string legend(const AppConfig& config) {
  const bool has_group_norm = config.model.backbone.norm == Norm::kGroupNorm ||
                              config.model.head.norm == HeadNorm::kGroupNorm;
  std::string text =
      "sees: the pixels of the input, on one side, that a cell can depend on (theoretical "
      "receptive field";
  text += has_group_norm ? "; group norm, which looks at whole maps, is left out)\n" : ")\n";
  text +=
      "GMAC: 10^9 multiplications with an addition each, of the convolutions, for one picture; "
      "torchvision, detectron2\n      and fvcore call one of them a flop, others and `retinanet "
      "bench` count two\n"
      "kept: what a training step keeps of one picture for the backward pass, estimated: the "
      "outputs of convolutions and\n      norms; nothing of frozen parts; the box tower in full, "
      "though training may compute less of it\n";
  return text;
}

/// "23x11 29x14 36x18": width x height of the anchors of one aspect ratio.
std::string shapes_text(const LevelSummary& level, size_t first, size_t count) {
  std::vector<std::string> shapes;
  for (size_t i = first; i < first + count; ++i) {
    shapes.push_back(fmt::format("{:.0f}x{:.0f}", level.anchors[i][0], level.anchors[i][1]));
  }
  return fmt::format("{}", fmt::join(shapes, " "));
}

std::string levels_text(const ModelSummary& model, const AnchorConfig& anchors) {
  std::vector<std::string> header = {"level", "stride", "cells", "anchors", "head sees px"};
  for (const double ratio : anchors.aspect_ratios) header.push_back(fmt::format("h/w {:g}", ratio));
  TextTable table(header);
  for (size_t l = 0; l < model.levels.size(); ++l) {
    const LevelSummary& level = model.levels[l];
    std::vector<std::string> row = {fmt::format("P{}", l + 3), std::to_string(level.stride),
                                    fmt::format("{} x {}", level.cells.height, level.cells.width),
                                    grouped(level.num_anchors()),
                                    grouped(level.head_receptive_field)};
    for (size_t r = 0; r < anchors.aspect_ratios.size(); ++r) {
      row.push_back(shapes_text(level, r * anchors.scales.size(), anchors.scales.size()));
    }
    table.add_row(row);
  }
  return table.text();
}

std::string memory_text(const StepMemory& memory, const TrainConfig& train) {
  std::string text = fmt::format(
      "a training step of {} picture{} keeps about {}: weights {}, gradients {}, {} {}, ",
      train.batch_size, train.batch_size == 1 ? "" : "s", bytes_text(memory.total()),
      bytes_text(memory.weights), bytes_text(memory.gradients), enum_name(train.optimizer.kind),
      bytes_text(memory.optimizer));
  if (memory.average > 0) text += fmt::format("moving average {}, ", bytes_text(memory.average));
  return text + fmt::format("activations {}\n", bytes_text(memory.activations));
}

Json stage_json(const StageSummary& stage) {
  Json maps = Json::array();
  for (const ImageSize& size : stage.maps) {
    maps.push_back({stage.channels, size.height, size.width});
  }
  Json json = {{"name", stage.name},     {"outputs", maps},    {"parameters", stage.parameters},
               {"frozen", stage.frozen}, {"macs", stage.macs}, {"kept_bytes", stage.kept_bytes}};
  if (stage.stride > 0) json["stride"] = stage.stride;
  if (stage.receptive_field > 0) json["receptive_field"] = stage.receptive_field;
  return json;
}

}  // namespace

StepMemory step_memory(const ModelSummary& model, const TrainConfig& train) {
  constexpr int64_t kBytes = sizeof(float);
  const int64_t trained = kBytes * (model.total.parameters - model.total.frozen);
  StepMemory memory;
  memory.weights = kBytes * model.total.parameters;
  memory.gradients = trained;
  const bool is_adam = train.optimizer.kind == OptimizerKind::kAdamW;
  memory.optimizer = is_adam ? 2 * trained : train.optimizer.momentum > 0 ? trained : 0;
  memory.average = train.ema.decay > 0 ? memory.weights : 0;
  memory.activations = train.batch_size * model.total.kept_bytes;
  return memory;
}

std::string model_text(const ModelSummary& model, const AppConfig& config,
                       const ModelSetting& setting) {
  std::string text =
      fmt::format("{}, {}, profile {} | {} classes ({}) | input {}x{} ({})\n\n",
                  enum_name(config.model.backbone.name), enum_name(config.model.backbone.norm),
                  enum_name(config.model.profile), setting.classes, setting.classes_from,
                  model.input.height, model.input.width, setting.input_from);
  text += stages_text(model) + legend(config) + "\n";
  text += levels_text(model, config.model.anchors);
  text += fmt::format(
      "{} anchors, {} in each cell; width x height in pixels of the network's input, a column for "
      "each height / width\n\n",
      grouped(model.num_anchors()), model.levels.front().anchors.size());
  text += fmt::format("{} parameters, {} of them trained; {} GMAC = {} GFLOP at two each\n",
                      grouped(model.total.parameters),
                      grouped(model.total.parameters - model.total.frozen),
                      gmacs_text(model.total.macs), gmacs_text(2 * model.total.macs));
  return text + memory_text(step_memory(model, config.train), config.train);
}

Json model_json(const ModelSummary& model, const AppConfig& config, const ModelSetting& setting) {
  Json stages = Json::array(), levels = Json::array();
  for (const StageSummary& stage : model.stages) stages.push_back(stage_json(stage));
  for (size_t l = 0; l < model.levels.size(); ++l) {
    const LevelSummary& level = model.levels[l];
    levels.push_back({{"name", fmt::format("P{}", l + 3)},
                      {"stride", level.stride},
                      {"cells", {level.cells.height, level.cells.width}},
                      {"receptive_field", level.receptive_field},
                      {"head_receptive_field", level.head_receptive_field},
                      {"anchors", level.num_anchors()},
                      {"anchor_sizes", level.anchors}});
  }
  const StepMemory memory = step_memory(model, config.train);
  return {{"model", to_json(config.model)},
          {"classes", setting.classes},
          {"input", {model.input.height, model.input.width}},
          {"parameters", model.total.parameters},
          {"frozen", model.total.frozen},
          {"macs", model.total.macs},
          {"anchors", model.num_anchors()},
          {"stages", stages},
          {"levels", levels},
          {"step_memory",
           {{"batch_size", config.train.batch_size},
            {"weights", memory.weights},
            {"gradients", memory.gradients},
            {"optimizer", memory.optimizer},
            {"average", memory.average},
            {"activations", memory.activations},
            {"total", memory.total()}}}};
}

}  // namespace rn
