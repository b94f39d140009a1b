#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "coco/coco_file.h"
#include "core/allocation.h"
#include "eval/coco_ground_truth.h"
#include "eval/coco_params.h"
#include "eval/matching.h"

namespace rn {

struct EvalOptions {
  /// Limits of detections for each image and category; at least three, in any order. The smallest
  /// three, ascending, are those of AR's lines; COCO's AP is the one with limit 100.
  std::vector<int64_t> max_detections = {1, 10, 100};
  bool class_agnostic = false;  ///< boxes count, classes don't (pycocotools' useCats = 0)
  int threads = 0;              ///< 0: one for each core; no effect on the result
};

/// What became of one category's detections.
struct CategoryMatches {
  /// By descending score; among equals by image, then by record. Those beyond the largest limit of
  /// their image are not there.
  std::span<const MatchOutcome> outcomes;
  /// Objects that count, in each of kAreaRanges.
  std::array<int64_t, kAreaRangeCount> positives{};
};

/// The evaluator's one matching pass, which all its numbers and explanations are made from. Owns
/// the outcomes; moving it leaves them where they are.
struct Matches {
  std::vector<int64_t> max_detections;  ///< ascending
  bool class_agnostic = false;
  /// As CocoGroundTruth::categories(); one, of all together, if class-agnostic.
  std::vector<CategoryMatches> categories;
  Block<MatchOutcome> storage;
};

/// Matches all detections as pycocotools does.
/// @param detections in any order; those of unknown categories don't count; may be empty
/// @throws Error naming the detection: of an unknown image, or with NaN in its box; also if
/// `options` don't hold, or repeated categories make too many of them
Matches match_detections(const CocoGroundTruth& ground_truth,
                         std::span<const CocoResult> detections, const EvalOptions& options = {});

}  // namespace rn
