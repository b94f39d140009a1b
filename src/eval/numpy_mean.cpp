#include "eval/numpy_mean.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace rn {
namespace {

constexpr size_t kLanes = 8;
constexpr size_t kLeaf = 128;    // longest run that is added without halving
constexpr size_t kBlock = 8192;  // numpy's buffer

}  // namespace

double numpy_pairwise_sum(std::span<const double> values) {
  const size_t n = values.size();
  if (n < kLanes) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
  }
  if (n > kLeaf) {
    const size_t half = n / 2 - n / 2 % kLanes;
    return numpy_pairwise_sum(values.first(half)) + numpy_pairwise_sum(values.subspan(half));
  }
  std::array<double, kLanes> lanes;
  std::copy_n(values.begin(), kLanes, lanes.begin());
  size_t i = kLanes;
  for (; i + kLanes <= n; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += values[i + lane];
  }
  double sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
               ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  for (; i < n; ++i) sum += values[i];
  return sum;
}

double numpy_mean(std::span<const double> values) {
  double sum = 0;
  for (size_t begin = 0; begin < values.size(); begin += kBlock) {
    sum += numpy_pairwise_sum(values.subspan(begin, std::min(kBlock, values.size() - begin)));
  }
  return sum / static_cast<double>(values.size());
}

}  // namespace rn
