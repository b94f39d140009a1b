#pragma once

#include <string>
#include <vector>

namespace rn {

/// retinanet data stats: tables on stdout and, in `out` if that isn't empty, data.html.
/// @throws Error if the config's data can't be trained on, or the folder can't be written
void show_data_stats(const std::string& config, const std::vector<std::string>& overrides,
                     const std::string& out);

}  // namespace rn
