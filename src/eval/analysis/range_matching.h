#pragma once

#include <span>
#include <vector>

#include "eval/coco_params.h"
#include "eval/matching.h"

namespace rn {

/// How many ranges match_in_ranges takes at once, and where the outcomes have the first of them.
inline constexpr int64_t kBorrowedRanges = 3;
inline constexpr int64_t kFirstBorrowed = 1;

/// Matches one category in area ranges of one's own, by the rules of match_image. That one knows an
/// area only by the ranges of kAreaRanges that it is in; so each of `ranges` borrows one of those:
/// areas in it are replaced by one that is in the borrowed range alone.
/// @param objects, detections image by image; detections of an image by descending score
/// @param ranges at most kBorrowedRanges, none with a point of another
/// @return by descending score; that of ranges[i] has index kFirstBorrowed + i in an outcome
std::vector<MatchOutcome> match_in_ranges(std::span<const CocoGroundTruth::Object> objects,
                                          std::span<const EvalDetection> detections,
                                          std::span<const AreaRange> ranges);

}  // namespace rn
