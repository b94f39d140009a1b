#include "config/load.h"
#include "core/error.h"

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

void check_model(const ModelConfig& model, const std::string& source) {
  try {
    check(model);
  } catch (const Error& e) {
    fail("{}: {}", source, e.what());
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
