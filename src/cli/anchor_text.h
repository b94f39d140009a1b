#pragma once

#include <string>
#include <vector>

#include "config/app_config.h"
#include "data/dataset.h"

namespace rn {

struct AnchorText {
  std::vector<std::string> lines;
  bool is_warning = false;
};

/// How many objects of each size the config's anchors reach, as a table; where they are few, with
/// anchors that reach more and the line that asks for them. @param val may be nullptr
AnchorText anchor_text(const Dataset& train, const Dataset* val, const AppConfig& config);

}  // namespace rn
