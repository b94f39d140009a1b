#pragma once

#include <cstdint>
#include <vector>

#include "eval/coco_params.h"
#include "eval/matches.h"

namespace rn {

/// At IoU .5, all areas. A detection that is neither is ignored.
inline bool is_true_positive(const MatchOutcome& outcome) {
  return outcome.true_positive[kAllAreas] & 1;
}
inline bool is_false_positive(const MatchOutcome& outcome) {
  return outcome.false_positive[kAllAreas] & 1;
}

/// A detection that counts at IoU .5, all areas: a true or a false positive, not ignored.
struct CountedDetection {
  double score = 0;
  bool hit = false;  ///< true positive
};

/// By descending score, NaN last.
std::vector<CountedDetection> counted_detections(const CategoryMatches& category);

/// Those of all classes, by descending score; among equals by class.
std::vector<CountedDetection> pooled_detections(const Matches& matches);

/// Objects of all classes that count, all areas.
int64_t total_positives(const Matches& matches);

}  // namespace rn
