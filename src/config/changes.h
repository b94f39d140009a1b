#pragma once

#include <string>
#include <vector>

#include "config/app_config.h"

namespace rn {

/// The keys that differ between two dumped configs, each as "key: OLD -> NEW".
/// @throws Error if one is no JSON object, as of a checkpoint that this program didn't write
struct ConfigChanges {
  std::vector<std::string> of_result;  ///< a resumed run may end otherwise for them
  std::vector<std::string> harmless;   ///< it ends with the same weights, bit for bit
};
ConfigChanges config_changes(const std::string& old_text, const std::string& new_text);

/// The keys whose changes are harmless for a run that is resumed, with all below them.
const std::vector<std::string>& keys_without_effect();

/// The settings that differ from the defaults of the config's profile, each as --set takes it,
/// "train.epochs=12"; in the order of dump_config. The profile is among them, the name is not.
std::vector<std::string> changed_settings(const AppConfig& config);

}  // namespace rn
