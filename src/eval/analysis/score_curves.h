#pragma once

#include <vector>

#include "eval/matches.h"

namespace rn {

/// What is found at IoU .5 if the detections of a score of at least ScoreCurves::score[i] are kept.
/// Empty where the class has no objects.
struct ScoreCurve {
  std::vector<double> precision;  ///< -1 where no detection has such a score
  std::vector<double> recall;
  std::vector<double> f1;
};

struct ScoreCurves {
  static constexpr int64_t kPoints = 201;
  std::vector<double> score;  ///< i / 200 for i = 0..200
  std::vector<ScoreCurve> per_class;
  ScoreCurve all;  ///< the detections of all classes pooled, as ClassTable::all
};

/// Scores are those of a sigmoid; NaN is below every threshold.
ScoreCurves make_score_curves(const Matches& matches);

}  // namespace rn
