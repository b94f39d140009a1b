#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/app_config.h"

namespace rn {

/// Reads a config file. Precedence: defaults of the structs < profile < `"base"` file < file
/// < overrides. The profile is the `model.profile` that is named last.
///
/// Files are JSON with // and /* */ comments. `"base": "other.json"` names a file relative to the
/// one that says so; bases may have bases. Paths inside `data` and `model` are relative to the
/// working folder, as on a command line.
/// @param overrides "dotted.key=VALUE"; VALUE is JSON or, where it is not, a text
/// @throws Error with the file, the dotted key, what was found and expected, and the nearest key:
/// unknown or repeated keys, wrong types, values out of range, bases in a circle, syntax errors
/// with line and column
AppConfig load_config(const std::filesystem::path& file, const std::vector<std::string>& overrides);

/// The whole config as indented JSON; load_config reads it back to the same values.
std::string dump_config(const AppConfig& config);

/// Checks what one struct alone can't: fields that must fit together. load_config has done it.
/// @throws Error naming the keys, what was found and what would fit
void check_config(const AppConfig& config, const std::string& source);

/// Settings that are allowed but hardly learn, each with the remedy.
std::vector<std::string> doubtful_settings(const AppConfig& config);

/// Every key with its value, its range and its meaning, a line each; a heading for each struct.
std::string explain_config(const AppConfig& config);

}  // namespace rn
