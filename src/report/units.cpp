#include "report/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rn {

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return "-";
  const auto s = static_cast<int64_t>(std::llround(seconds));
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}d {:02}h", s / 86400, s / 3600 % 24);
}

std::string elapsed_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-";
  if (seconds < 0.9995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  return duration_text(seconds);
}

std::string rate_text(double per_second) {
  if (!std::isfinite(per_second) || per_second < 0) return "-";
  if (per_second < 9.995) return fmt::format("{:.2f}", per_second);
  if (per_second < 99.95) return fmt::format("{:.1f}", per_second);
  return fmt::format("{:.0f}", per_second);
}

std::string loss_text(double loss) {
  if (std::isnan(loss)) return "nan";  // whose sign says nothing
  if (std::isinf(loss)) return fmt::format("{}", loss);
  const double size = std::abs(loss);
  const int digits = size < 9.99995 ? 4 : size < 99.9995 ? 3 : size < 999.995 ? 2 : 1;
  return size < 99999.5 ? fmt::format("{:.{}f}", loss, digits) : fmt::format("{:.0e}", loss);
}

std::string small_share_text(double share) {
  const double percent = 100 * share;
  if (percent == 0 || percent >= 1) return fmt::format("{:.0f}", percent);
  if (percent < 1e-4) return "<0.0001";
  return fmt::format("{:.2g}", percent);
}

std::string percent_text(double share) {
  if (!std::isfinite(share)) return "-";
  return fmt::format("{:.0f}%", 100 * std::clamp(share, 0.0, 1.0));
}

std::string bytes_text(int64_t bytes) {
  const auto megabytes = static_cast<double>(bytes) / 1e6;
  if (megabytes < 999.5) return fmt::format("{:.0f} MB", megabytes);
  return fmt::format("{} GB", rate_text(megabytes / 1000));
}

std::string score_text(double score) {
  return std::isfinite(score) && score >= 0 ? fmt::format("{:.3f}", score) : "-";
}

}  // namespace rn
