#include <algorithm>

#include "config/load.h"
#include "core/error.h"
#include "core/json.h"

namespace rn {
namespace {

void check_data(const DataConfig& data, const std::string& source) {
  if (data.long_side < data.short_side) {
    fail("{}: data.long_side {} must be at least data.short_side {}", source, data.long_side,
         data.short_side);
  }
  if (data.mean.size() != 3 || data.std.size() != 3) {
    fail("{}: data.mean has {} numbers and data.std {}; expected 3 each (red, green, blue)", source,
         data.mean.size(), data.std.size());
  }
}

/// A run's name becomes a folder's name.
void check_name(const std::string& name, const std::string& source) {
  constexpr size_t kLongest = 255;  // bytes, on Linux
  const bool is_strange = std::any_of(name.begin(), name.end(), [](unsigned char c) {
    return c == '/' || c < ' ';  // a 0 would end the name early
  });
  if (name.empty() || name == "." || name == ".." || name.size() > kLongest || is_strange) {
    fail("{}: name {} can't name a folder; use letters, digits, '-' and '_', at most {}", source,
         json_text(name), kLongest);
  }
}

}  // namespace

void check_config(const AppConfig& config, const std::string& source) {
  check_name(config.name, source);
  check_data(config.data, source);
  check(config.model, source);
}

std::vector<std::string> doubtful_settings(const AppConfig& config) {
  const BackboneConfig& backbone = config.model.backbone;
  const TrainConfig& train = config.train;
  std::vector<std::string> doubts;
  if (train.checkpoint.every == 0.0 && train.evaluate_every == 0.0 &&
      train.evaluate_every_iterations == 0) {
    doubts.emplace_back(
        "train.checkpoint.every and train.evaluate_every are 0: if the run diverges it goes back "
        "to its start (what train.checkpoint.every_minutes saves is for --resume alone); set one "
        "of them, for example train.checkpoint.every=1");
  }
  if (!backbone.weights.empty() || !config.model.weights.file.empty()) return doubts;
  if (backbone.norm == Norm::kFrozenBatchNorm) {
    doubts.emplace_back(
        "model.backbone.norm is frozen_bn, but model.backbone.weights is empty: random weights "
        "learn badly under a norm that never adapts; set model.backbone.norm=bn, or name a weights "
        "file");
  }
  if (backbone.frozen_stages > 0) {
    doubts.push_back(fmt::format(
        "model.backbone.frozen_stages is {}, but model.backbone.weights is empty: these "
        "stages stay random; set it to 0, or name a weights file",
        backbone.frozen_stages));
  }
  return doubts;
}

}  // namespace rn
