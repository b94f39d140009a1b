#pragma once

#include <string>
#include <vector>

namespace rn {

/// Makes sure, before the work, that an output can be written, is no input and no file
/// of a training run.
/// @param option that names it, for messages @param path empty: nothing to check
/// @param inputs files that the command reads; empty ones don't count
/// @throws Error naming the option and the path
void check_output(const char* option, const std::string& path,
                  const std::vector<std::string>& inputs);

}  // namespace rn
