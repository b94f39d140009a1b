#include "report/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rn {
namespace {

/// The largest of 1, 2 and 5 times a power of ten that isn't above span / count.
double nice_step(double span, int count) {
  const double raw = span / std::max(count, 1);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  // A hair of room: 0.2 / 2 must count as 0.1.
  const double digit = raw / power * (1 + 1e-9);
  return (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * power;
}

double usable_high(double low, double high) {
  const double least = std::max(std::abs(low), std::abs(high)) * 1e-9;
  return high - low > least && high > low ? high : low + std::max(1.0, std::abs(low));
}

}  // namespace

std::string Ticks::label(double value) const {
  if (std::abs(value) < step * 1e-6) value = 0;  // no "-0"
  const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  if (digits > 6 || std::abs(value) >= 1e7) return fmt::format("{:.3g}", value);
  return fmt::format("{}{:.{}f}", value < 0 ? "−" : "", std::abs(value), digits);
}

Ticks nice_ticks(double low, double high, int count) {
  high = usable_high(low, high);
  Ticks ticks;
  ticks.step = nice_step(high - low, count);
  const double slack = 1e-6;  // ends that are multiples up to rounding belong to the axis
  const double first = std::ceil(low / ticks.step - slack);
  const double last = std::floor(high / ticks.step + slack);
  for (double i = first; i <= last; ++i) ticks.values.push_back(i * ticks.step);
  return ticks;
}

AxisRange nice_range(double low, double high, int count) {
  high = usable_high(low, high);
  const double step = nice_step(high - low, count);
  return {std::floor(low / step + 1e-6) * step, std::ceil(high / step - 1e-6) * step};
}

}  // namespace rn
