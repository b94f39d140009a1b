#pragma once

#include <optional>

#include "core/json.h"
#include "eval/analysis.h"
#include "eval/analysis/comparison.h"

namespace rn {

/// The structs with the names of their fields; an optional that is empty is null. Infinity and NaN
/// become null when the text is written. Of the confusion matrix only cells with a count are
/// written; a class of "classes" is the background. TIDE's part is in numbers_json.
Json analysis_json(const Analysis& analysis);
Json comparison_json(const Comparison& comparison);

/// What `eval --json` writes, and what eval.json begins with: {"stats", "per_category",
/// "max_detections", "arrays", "tide", "comparison"}; the last two where there are any.
Json numbers_json(const EvaluationResult& result, const std::optional<TideResult>& tide,
                  const Comparison* comparison);

}  // namespace rn
