#include <algorithm>

#include "config/load.h"
#include "core/error.h"

namespace rn {
namespace {

/// P3..P7; the pyramid has no other levels.
constexpr size_t kLevels = 5;

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

void check_model(const ModelConfig& model, const std::string& source) {
  if (model.anchors.sizes.size() != kLevels) {
    fail("{}: model.anchors.sizes has {} numbers, expected {} (one for each of P3..P7)", source,
         model.anchors.sizes.size(), kLevels);
  }
  if (model.anchors.scales.empty() || model.anchors.aspect_ratios.empty()) {
    fail("{}: model.anchors.scales and model.anchors.aspect_ratios must not be empty", source);
  }
  // GroupNorm splits the channels into 32 groups.
  if (model.head.norm == HeadNorm::kGroupNorm && model.fpn.channels % 32 != 0) {
    fail("{}: model.fpn.channels {} must be a multiple of 32 with model.head.norm \"gn\"", source,
         model.fpn.channels);
  }
}

/// A run's name becomes a folder's name.
void check_name(const std::string& name, const std::string& source) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    fail("{}: name \"{}\" can't name a folder; use letters, digits, '-' and '_'", source, name);
  }
}

}  // namespace

void check_config(const AppConfig& config, const std::string& source) {
  check_name(config.name, source);
  check_data(config.data, source);
  check_model(config.model, source);
}

}  // namespace rn
