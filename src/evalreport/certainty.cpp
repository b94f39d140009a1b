#include "evalreport/certainty.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace rn::page {
namespace {

constexpr double kErrorsBetweenExtremes = 3;
constexpr double kErrorsOfOne = 2;

double standard_error(double objects_a, double objects_b) {
  return std::sqrt(0.25 / objects_a + 0.25 / objects_b);
}

}  // namespace

bool is_enough(double objects) { return objects >= static_cast<double>(kEnoughObjects); }

bool is_beyond_chance(double best, double objects_of_best, double worst, double objects_of_worst) {
  return objects_of_best > 0 && objects_of_worst > 0 &&
         best - worst > kErrorsBetweenExtremes * standard_error(objects_of_best, objects_of_worst);
}

bool is_bias(double mean, double objects) {
  constexpr double kKnown = std::numeric_limits<double>::infinity();  // of 0
  return objects > 0 && std::abs(mean) > kErrorsOfOne * standard_error(objects, kKnown);
}

std::string chance_rule() {
  const auto points = [](double objects) {
    return 100 * kErrorsBetweenExtremes * standard_error(objects, objects);
  };
  return fmt::format(
      "Nothing of fewer than {} objects is called best or worst, nor anything for a difference "
      "that chance may make: up to {:.0f} points between {} and {} objects, {:.0f} between 100 and "
      "100 (three times the largest standard error of a share).",
      kEnoughObjects, points(kEnoughObjects), kEnoughObjects, kEnoughObjects, points(100));
}

}  // namespace rn::page
