#include "config/changes.h"

#include <algorithm>

#include "config/load.h"
#include "config/profiles.h"
#include "core/config_io.h"
#include "core/error.h"

namespace rn {
namespace {

/// As a person writes it: numbers and names without what JSON wants.
std::string setting_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (!value.is_array()) return json_text(value);
  std::vector<std::string> items;
  for (const Json& item : value) {
    items.push_back(item.is_string() ? json_text(item) : setting_text(item));
  }
  return fmt::format("[{}]", fmt::join(items, ","));
}

/// Lists are settings as a whole; what no default has (an entry that is null there) is one, too.
void collect_changes(const Json& defaults, const Json& config, const std::string& prefix,
                     std::vector<std::string>& settings) {
  for (const auto& [key, value] : config.items()) {
    const auto old = defaults.find(key);
    if (old != defaults.end() && *old == value) continue;
    if (old != defaults.end() && old->is_object() && value.is_object()) {
      collect_changes(*old, value, fmt::format("{}{}.", prefix, key), settings);
    } else {
      settings.push_back(fmt::format("{}{}={}", prefix, key, setting_text(value)));
    }
  }
}

}  // namespace

const std::vector<std::string>& keys_without_effect() {
  // Who loads when, what is written how often; and where a run that has weights already started.
  // Not train.checkpoint.every: a run that diverges goes back to one of these checkpoints.
  static const std::vector<std::string> keys = {"name",
                                                "data.workers",
                                                "data.prefetch",
                                                "data.cache_mb",
                                                "train.log_every",
                                                "train.checkpoint.every_minutes",
                                                "train.checkpoint.keep_last",
                                                "model.backbone.weights"};
  return keys;
}

ConfigChanges config_changes(const std::string& old_text, const std::string& new_text) {
  const auto flattened = [](const std::string& text) {
    const Json config = parse_json(text);
    if (!config.is_object()) {
      fail("the config that was saved is no JSON object but \"{}\"; start a new run",
           text.substr(0, 40));
    }
    return config.empty() ? config : config.flatten();  // which would make {"": null} of nothing
  };
  const Json before = flattened(old_text);
  const Json after = flattened(new_text);
  ConfigChanges changes;
  const auto add = [&](const std::string& pointer, const std::string& from, const std::string& to) {
    std::string key = pointer.substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    const bool harmless = std::any_of(
        keys_without_effect().begin(), keys_without_effect().end(),
        [&](const std::string& known) { return key == known || key.starts_with(known + "."); });
    (harmless ? changes.harmless : changes.of_result)
        .push_back(fmt::format("{}: {} -> {}", key, from, to));
  };
  for (const auto& [pointer, value] : after.items()) {
    const auto old = before.find(pointer);
    if (old == before.end()) {
      add(pointer, "absent", json_text(value));
    } else if (*old != value) {
      add(pointer, json_text(*old), json_text(value));
    }
  }
  for (const auto& [pointer, value] : before.items()) {
    if (!after.contains(pointer)) add(pointer, json_text(value), "absent");
  }
  return changes;
}

std::vector<std::string> changed_settings(const AppConfig& config) {
  AppConfig defaults;
  apply_profile(config.model.profile, defaults);
  defaults.model.profile = AppConfig{}.model.profile;
  defaults.name = config.name;
  std::vector<std::string> settings;
  collect_changes(to_json(defaults), to_json(config), "", settings);
  return settings;
}

}  // namespace rn
