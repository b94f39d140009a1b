#pragma once

#include <cstdint>
#include <string>

namespace rn::page {

/// What the page may call better or worse. An AP of few objects is mostly chance, and so is the
/// difference of two that are close. The bound is that of shares: a share of n objects has a
/// standard error of at most sqrt(1 / (4 n)); AP is no share, but varies much like one.

/// Fewer objects (or detections) are not compared with others; of 30 the standard error is 9
/// points.
inline constexpr int64_t kEnoughObjects = 30;

/// @param objects may be what effective_objects gives
bool is_enough(double objects);

/// Whether the best and the worst of several differ by more than three times the standard error of
/// their difference: 39 points of 30 and 30 objects, 21 of 100 and 100. Of two that were chosen
/// beforehand 2 would do for a certainty of 95%; of the extremes of seven that are alike it is
/// Tukey's 4.17 / sqrt(2).
bool is_beyond_chance(double best, double objects_of_best, double worst, double objects_of_worst);

/// Whether the mean of an error in -1..1 over `objects` is further from 0 than twice its standard
/// error, taken as that of a share.
bool is_bias(double mean, double objects);

/// The rule for readers, a sentence.
std::string chance_rule();

}  // namespace rn::page
