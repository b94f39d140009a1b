#include "core/spread.h"

#include <algorithm>

#include "core/error.h"

namespace rn {

Spread spread_of(std::vector<double> values) {
  RN_CHECK(!values.empty(), "no values");
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return {(values[(n - 1) / 2] + values[n / 2]) / 2, values.front(), values.back()};
}

std::string spread_text(const Spread& spread) {
  return fmt::format("{:>8.2f} ({:.2f} to {:.2f})", spread.median, spread.least, spread.most);
}

}  // namespace rn
