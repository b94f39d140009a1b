#pragma once

#include <string>
#include <vector>

namespace rn {

/// `retinanet data check`: looks for all that is wrong with a config's data, in both sets, before
/// any training, and says it on stderr. @param name_all every warning, not the first few of a kind
/// @return the exit code: 2 if a set can't be trained on as it is
int check_data(const std::string& config, const std::vector<std::string>& overrides, bool name_all);

}  // namespace rn
