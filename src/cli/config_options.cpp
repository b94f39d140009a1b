#include "cli/config_options.h"

namespace rn {

void add_config_options(CLI::App& command, std::string& config, std::vector<std::string>& overrides,
                        const std::string& example) {
  command.add_option("config", config, "config file (JSON)")->required();
  command
      .add_option("--set", overrides,
                  "KEY=VALUE: override a config key, for example " + example + "; may be repeated")
      ->allow_extra_args(false);
}

}  // namespace rn
