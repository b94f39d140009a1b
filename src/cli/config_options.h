#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace rn {

/// The config file and --set of a command that works from a config.
/// @param example of a key and its value, for --help
void add_config_options(CLI::App& command, std::string& config, std::vector<std::string>& overrides,
                        const std::string& example);

}  // namespace rn
