#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/field.h"

namespace rn {

/// So many losses of the newest steps tell whether a run diverges.
inline constexpr size_t kLossWindow = 100;
/// So many of them, the newest, are held against the others.
inline constexpr size_t kRecentLosses = 20;
/// The steps at a run's start, when its weights have hardly changed.
inline constexpr int64_t kFirstLosses = 2;

/// The losses that a run is watched by; all finite.
struct LossHistory {
  std::vector<double> recent;
  double at_start = 0.0;
  int64_t first_seen = 0;

  /// Also the form in a checkpoint.
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("recent", c.recent, "of the newest steps, oldest first");
    v("at_start", c.at_start, "the largest of the first steps");
    v("first_seen", c.first_seen, Range{0, 9e15}, "how many of these there were");
  }
};

/// The newest losses beside those before them, or those of the run's start.
struct Divergence {
  double recent = 0.0;  ///< median of the newest `steps`
  size_t steps = 0;
  double before = 0.0;  ///< median of the others of the window; since_start: the start's largest
  bool since_start = false;
};

/// Adds the loss of a step, of which the newest kLossWindow stay.
void remember_loss(LossHistory& history, double loss);

/// Sees that a run diverges before its loss is infinite:
/// - the median of the last 20 losses is more than 4 times that of the up to 80 before them, and
///   larger than every one of these (from 50 losses on), or
/// - every one of the last 100 is more than 4 times as large as those of the first two steps: a
///   run that exploded before there was a median.
/// More than a median is asked for because of data sets where few pictures have objects: losses
/// there differ a hundredfold from step to step, but hardly ever are 11 of the largest of 100 among
/// the last 20.
/// @return nothing if all is well
std::optional<Divergence> find_divergence(const LossHistory& history);

}  // namespace rn
