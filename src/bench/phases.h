#pragma once

#include <array>
#include <vector>

#include "bench/bench.h"
#include "core/spread.h"

namespace rn {

inline constexpr std::array<const char*, StepClock::kPhases> kStepPhaseNames = {
    "data", "forward", "loss", "backward", "optimizer"};
inline constexpr std::array<const char*, DetectClock::kPhases> kDetectPhaseNames = {
    "preprocess", "network", "postprocess"};

/// The spread of what `value` says of each round.
template <class Value>
Spread spread_over(const std::vector<BenchRound>& rounds, const Value& value) {
  std::vector<double> values;
  for (const BenchRound& round : rounds) values.push_back(value(round));
  return spread_of(std::move(values));
}

inline double images_per_second(const BenchRound& round) {
  return static_cast<double>(round.images) / round.step_seconds();
}
inline double step_to_convolutions(const BenchRound& round) {
  return round.step_seconds() / round.conv_seconds();
}
inline double step_to_convolutions_processor(const BenchRound& round) {
  return round.step_processor / round.conv_processor;
}
inline double conv_flop_per_second(const BenchRound& round) {
  return round.conv_flop / round.conv_seconds();
}

}  // namespace rn
