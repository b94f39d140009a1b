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

/// Whether two shares of different objects differ by more than twice the standard error of their
/// difference. 26 points of 30 and 30 objects, 14 of 100 and 100.
bool is_beyond_chance(double a, double objects_a, double b, double objects_b);

/// A share of `objects` against a value that is known.
bool is_beyond_chance(double share, double value, double objects);

/// The rule for readers, a sentence.
std::string chance_rule();

}  // namespace rn::page
