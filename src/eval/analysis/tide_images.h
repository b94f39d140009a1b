#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eval/analysis/tide.h"

namespace rn {

/// What became of a detection by TIDE's matching. Classes are indices into the ascending ids.
struct TideRanked {
  double score = 0;
  int32_t category = 0;
  bool hit = false;      ///< true positive
  bool ignored = false;  ///< takes part of a crowd: no false positive, though it has an error
  TideError error = TideError::kBkg;  ///< where it is no hit
  /// The class that it is a true positive of once its error (kCls, kLoc) is mended; -1: it goes.
  int32_t mended_category = -1;
};

struct TideRanking {
  std::vector<TideRanked> detections;  ///< by descending score; among equals by image
  std::vector<int64_t> positives;      ///< objects of each class, no crowds
  std::vector<int64_t> not_found;      ///< those of them that no detection took
  std::vector<int64_t> missed;         ///< those of these that are kMiss
};

/// TIDE's matching and its errors, image by image.
TideRanking rank_for_tide(std::span<const TideObject> objects,
                          std::span<const TideDetection> detections);

}  // namespace rn
