#include "eval/analysis/calibration.h"

#include <algorithm>
#include <cmath>

#include "eval/analysis/counted.h"

namespace rn {
namespace {

constexpr int64_t kBins = 10;

int64_t bin_of(double score) {
  // In double first: an infinite score has no integer.
  return static_cast<int64_t>(std::clamp<double>(score * kBins, 0, kBins - 1));
}

}  // namespace

Calibration make_calibration(const Matches& matches) {
  Calibration calibration;
  calibration.bins.resize(kBins);
  std::array<double, kBins> scores{};
  std::array<int64_t, kBins> hits{};
  for (const CountedDetection& detection : pooled_detections(matches)) {
    if (!std::isfinite(detection.score)) continue;
    const int64_t b = bin_of(detection.score);
    ++calibration.detections;
    ++calibration.bins[b].count;
    scores[b] += detection.score;
    hits[b] += detection.hit;
  }
  for (int64_t b = 0; b < kBins; ++b) {
    CalibrationBin& bin = calibration.bins[b];
    bin.low = static_cast<double>(b) / kBins;
    bin.high = static_cast<double>(b + 1) / kBins;
    if (bin.count == 0) continue;
    const auto count = static_cast<double>(bin.count);
    bin.confidence = scores[b] / count;
    bin.accuracy = static_cast<double>(hits[b]) / count;
    const double gap = std::abs(bin.accuracy - bin.confidence);
    calibration.ece += count / static_cast<double>(calibration.detections) * gap;
    calibration.mce = std::max(calibration.mce, gap);
  }
  return calibration;
}

}  // namespace rn
