#include "evalreport/certainty.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace rn::page {
namespace {

/// Twice the standard error.
double chance(double objects_a, double objects_b) {
  return 2 * std::sqrt(0.25 / objects_a + 0.25 / objects_b);
}

}  // namespace

bool is_enough(double objects) { return objects >= static_cast<double>(kEnoughObjects); }

bool is_beyond_chance(double a, double objects_a, double b, double objects_b) {
  return objects_a > 0 && objects_b > 0 && std::abs(a - b) > chance(objects_a, objects_b);
}

bool is_beyond_chance(double share, double value, double objects) {
  return is_beyond_chance(share, objects, value, std::numeric_limits<double>::infinity());
}

std::string chance_rule() {
  const auto points = [](double objects) { return 100 * chance(objects, objects); };
  return fmt::format(
      "Nothing of fewer than {} objects is called best or worst, nor anything for a difference "
      "that "
      "chance may make: up to {:.0f} points between {} and {} objects, {:.0f} between 100 and 100 "
      "(twice the largest standard error of a share).",
      kEnoughObjects, points(kEnoughObjects), kEnoughObjects, kEnoughObjects, points(100));
}

}  // namespace rn::page
