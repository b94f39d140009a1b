#pragma once

#include <cstdint>
#include <span>

#include "eval/analysis/tide.h"

namespace rn {

/// How a detection that is no true positive stands to an object of its image; crowds are none.
struct TideNeighbour {
  double iou = 0;
  bool same_class = false;
  bool used = false;  ///< some detection is its true positive
};

struct TideVerdict {
  TideError error = TideError::kBkg;
  int64_t object = -1;  ///< index of the neighbour that it is about; -1 of kBkg
  double iou = 0;       ///< with that one; of kBkg the largest
};

/// The first of TIDE's rules that holds: kLoc, kCls, kDupe, kBkg, kBoth.
TideVerdict tide_verdict(std::span<const TideNeighbour> objects);

}  // namespace rn
