#pragma once

#include "core/json.h"
#include "eval/analysis.h"
#include "eval/analysis/comparison.h"

namespace rn {

/// The structs with the names of their fields; an optional that is empty is null. Infinity and NaN
/// become null when the text is written.
Json analysis_json(const Analysis& analysis);
Json comparison_json(const Comparison& comparison);

}  // namespace rn
