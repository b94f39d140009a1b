#pragma once

namespace rn {

/// Who uses a detector keeps the detections from some score on. Where an analysis has to choose one
/// and isn't told, it takes that of Ultralytics' confusion matrix.
inline constexpr double kKeptScore = 0.25;

}  // namespace rn
