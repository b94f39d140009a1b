#include "train/divergence.h"

#include <algorithm>

namespace rn {
namespace {

constexpr size_t kLeastLosses = 50;
constexpr double kGrowth = 4.0;

/// The lower one of the two in the middle. @pre there are values
double lower_median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The last 20 beside those before them.
std::optional<Divergence> find_rise(const std::vector<double>& losses) {
  if (losses.size() < kLeastLosses) return std::nullopt;
  const auto split = losses.end() - static_cast<std::ptrdiff_t>(kRecentLosses);
  const double recent = lower_median({split, losses.end()});
  const double before = lower_median({losses.begin(), split});
  const double largest_before = *std::max_element(losses.begin(), split);
  if (recent <= largest_before || recent <= kGrowth * before) return std::nullopt;
  return Divergence{recent, kRecentLosses, before, false};
}

}  // namespace

void remember_loss(LossHistory& history, double loss) {
  std::vector<double>& recent = history.recent;
  recent.push_back(loss);
  if (recent.size() > kLossWindow) recent.erase(recent.begin());
  if (history.first_seen == kFirstLosses) return;
  ++history.first_seen;
  history.at_start = std::max(history.at_start, loss);
}

std::optional<Divergence> find_divergence(const LossHistory& history) {
  const std::vector<double>& losses = history.recent;
  if (const auto found = find_rise(losses)) return found;
  if (losses.size() < kLossWindow) return std::nullopt;
  const double smallest = *std::min_element(losses.begin(), losses.end());
  if (smallest <= kGrowth * history.at_start) return std::nullopt;
  return Divergence{lower_median(losses), kLossWindow, history.at_start, true};
}

}  // namespace rn
