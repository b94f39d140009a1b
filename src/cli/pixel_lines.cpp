#include "cli/pixel_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace rn {
namespace {

bool are_near(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return std::abs(x - y) < 1e-3 * std::abs(y) + 1e-6; });
}

}  // namespace

std::vector<std::string> pixel_lines(const PixelFormat& pixels, const DataConfig& data) {
  std::vector<std::string> lines;
  if (pixels.is_bgr) {
    lines.push_back(fmt::format(
        "  its pixels are BGR{}; here they are RGB, the first convolution was turned round",
        pixels.is_assumed ? " (assumed: the file doesn't say; else set model.weights.pixel_order)"
                          : ""));
  }
  for (const auto& [key, theirs, ours] :
       {std::tuple("data.mean", pixels.mean, data.mean), {"data.std", pixels.std, data.std}}) {
    if (are_near(theirs, ours)) continue;
    lines.push_back(fmt::format(
        "warning: the model reads pixels with {0} [{1:.6g}], the config has [{2:.6g}]: add --set "
        "'{0}=[{1:.6g}]'",
        key, fmt::join(theirs, ", "), fmt::join(ours, ", ")));
  }
  return lines;
}

}  // namespace rn
