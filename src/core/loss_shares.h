#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rn {

/// Where the cumulative loss of a LossProfileEvent is read: shares of the samples, sorted by their
/// loss. Finer towards the hardest ones, of which there are few among many.
inline constexpr std::array kSampleShares = {
    0.0,   0.05, 0.1,   0.15,  0.2,   0.25,  0.3,   0.35,   0.4,    0.45,   0.5,  0.55,
    0.6,   0.65, 0.7,   0.75,  0.8,   0.85,  0.9,   0.92,   0.94,   0.96,   0.97, 0.98,
    0.985, 0.99, 0.992, 0.994, 0.996, 0.998, 0.999, 0.9995, 0.9998, 0.9999, 1.0};

/// "Easy" is the share of the negatives with the smallest losses.
inline constexpr double kEasyShare = 0.99;

/// Probabilities are counted by their logit log(p / (1 - p)), so that 0.99, 0.999 and 0.9999 can be
/// told apart: bins of a quarter between -10 and 10, what lies beyond in the first and the last.
inline constexpr size_t kProbabilityBins = 80;
inline constexpr double kLargestLogit = 10.0;

inline size_t probability_bin(double logit) {
  const double bin = std::floor((logit + kLargestLogit) / (2 * kLargestLogit) * kProbabilityBins);
  return static_cast<size_t>(std::clamp(bin, 0.0, static_cast<double>(kProbabilityBins - 1)));
}

/// The lower end of a bin as a logit.
inline double logit_of_bin(size_t bin) {
  return -kLargestLogit + 2 * kLargestLogit * static_cast<double>(bin) / kProbabilityBins;
}

/// What the classification loss is made of, for samples of one kind.
struct LossShares {
  double samples = 0;
  double loss = 0;                      ///< their sum
  std::vector<double> loss_of_easiest;  ///< cumulative, 0..1, at kSampleShares
  std::vector<double> p_t;              ///< samples in each probability bin
};

}  // namespace rn
