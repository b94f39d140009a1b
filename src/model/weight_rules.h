#pragma once

#include <string>

#include "model/weight_names.h"

namespace rn {

/// Names that another system's files have.
inline constexpr const char* kBodyPrefix = "backbone.body.";           ///< our own, too
inline constexpr const char* kBottomUpPrefix = "backbone.bottom_up.";  ///< detectron2's body

/// The same tensors under our own names; what no rule knows keeps its name, what a rule leaves out
/// is gone. @param source names the file in errors
/// @throws Error if two names become one
StateDict renamed(const StateDict& tensors, WeightNames names, const std::string& source);

}  // namespace rn
