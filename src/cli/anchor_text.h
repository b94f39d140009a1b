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

/// The same for the training set alone, of some thousand objects where there are more, in a line:
/// "99.1 % of the objects have an anchor of IoU >= 0.5 (small 97.0 %, medium 99.9 %, large 100 %)".
/// Empty without objects. A warning if many objects of a size are out of reach.
AnchorText short_anchor_text(const Dataset& train, const AppConfig& config);

}  // namespace rn
