#pragma once

#include <memory>
#include <string>

#include "data/config.h"
#include "data/dataset.h"
#include "report/screen.h"

namespace rn {

/// Loads a data set and shows what it holds: a line of counts, then the faults that were mended, as
/// many as the policy names.
/// @param key the config's key: "data.train"
/// @throws Error naming key, file and remedy
std::shared_ptr<const Dataset> load_and_show(const DatasetConfig& config,
                                             const DatasetPolicy& policy, const std::string& key,
                                             Screen& screen);

/// The line of counts.
std::string dataset_line(const Dataset& dataset, const std::string& key);

}  // namespace rn
