#pragma once

#include "eval/coco_evaluator.h"

namespace rn {

/// Fills `stats` and the means of `per_category` from the arrays.
void summarize(EvaluationResult& result);

}  // namespace rn
