#include "loss/loss_normalizer.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace rn {
namespace {

constexpr double kMomentum = 0.9;

double at_least_one(int64_t positives) {
  return static_cast<double>(std::max<int64_t>(1, positives));
}

}  // namespace

std::vector<double> LossNormalizer::operator()(const std::vector<int64_t>& positives_per_image) {
  RN_CHECK(!positives_per_image.empty(), "a batch of {} images", positives_per_image.size());
  const auto num_images = static_cast<double>(positives_per_image.size());
  std::vector<double> weights;
  if (kind_ == NormalizerKind::kImage) {
    for (const int64_t positives : positives_per_image) {
      weights.push_back(1.0 / (num_images * at_least_one(positives)));
    }
    return weights;
  }
  double divisor = at_least_one(
      std::accumulate(positives_per_image.begin(), positives_per_image.end(), int64_t{0}));
  if (kind_ == NormalizerKind::kMovingAverage) {
    average_ = kMomentum * average_ + (1.0 - kMomentum) * divisor;
    divisor = average_;
  }
  weights.assign(positives_per_image.size(), 1.0 / divisor);
  return weights;
}

}  // namespace rn
