#pragma once

#include <cstdint>
#include <vector>

#include "eval/matches.h"

namespace rn {

struct CalibrationBin {
  double low = 0;  ///< scores in [low, high); the last bin has its end, too
  double high = 0;
  int64_t count = 0;
  double confidence = -1;  ///< mean score; -1 in an empty bin
  double accuracy = -1;    ///< share of true positives; -1 in an empty bin
};

/// How far scores are from the shares of true positives at IoU .5. Detections that are ignored,
/// or have no number for a score, are left out; scores outside 0..1 go to the end bins.
struct Calibration {
  int64_t detections = 0;
  double ece = 0;  ///< mean of |accuracy - confidence|, weighted by the bins' counts
  double mce = 0;  ///< the largest of them
  std::vector<CalibrationBin> bins;  ///< 10 of equal width
};

Calibration make_calibration(const Matches& matches);

}  // namespace rn
