#include "bench/bench_report.h"
#include "bench/phases.h"

namespace rn {
namespace {

constexpr double kMilli = 1e3;
constexpr double kGiga = 1e9;

Json spread_json(const Spread& spread, double unit) {
  return {
      {"median", spread.median * unit}, {"min", spread.least * unit}, {"max", spread.most * unit}};
}

/// Medians by phase and of the whole, then each round's.
template <size_t kPhases>
Json phases_json(const std::vector<BenchRound>& rounds,
                 const std::array<const char*, kPhases>& names,
                 std::array<double, kPhases> BenchRound::*phases,
                 double (BenchRound::*total)() const) {
  Json json;
  for (size_t p = 0; p < kPhases; ++p) {
    json["ms"][names[p]] = spread_json(
        spread_over(rounds, [&](const BenchRound& round) { return (round.*phases)[p]; }), kMilli);
  }
  json["ms"]["total"] = spread_json(
      spread_over(rounds, [&](const BenchRound& round) { return (round.*total)(); }), kMilli);
  json["samples"] = Json::array();
  for (const BenchRound& round : rounds) {
    Json sample;
    for (size_t p = 0; p < kPhases; ++p) sample[names[p]] = (round.*phases)[p] * kMilli;
    sample["total"] = (round.*total)() * kMilli;
    json["samples"].push_back(std::move(sample));
  }
  return json;
}

Json call_json(const ConvCall& call, const ConvMeasurement& measured, size_t rounds) {
  Json samples = Json::array();
  for (const double seconds : measured.seconds) samples.push_back(seconds * kMilli);
  const double median = spread_of(measured.seconds).median;
  return {{"direction", call.backward ? "backward" : "forward"},
          {"input", call.input},
          {"weight", call.weight},
          {"stride", call.stride},
          {"padding", call.padding},
          {"groups", call.groups},
          {"bias", call.bias},
          {"dtype", c10::toString(call.dtype)},
          {"channels_last", call.channels_last},
          {"input_gradient", call.gradients[0]},
          {"weight_gradient", call.gradients[1]},
          {"calls_per_step", static_cast<double>(measured.calls) / static_cast<double>(rounds)},
          {"gflop", call.flop() / kGiga},
          {"ms", median * kMilli},
          {"gflop_per_second", call.flop() / median / kGiga},
          {"samples_ms", std::move(samples)}};
}

Json convolutions_json(const BenchResult& result) {
  const auto& rounds = result.rounds;
  const auto over = [&](auto value) { return spread_over(rounds, value); };
  Json json;
  json["ms"] = {
      {"forward", spread_json(over([](const auto& r) { return r.conv_forward; }), kMilli)},
      {"backward", spread_json(over([](const auto& r) { return r.conv_backward; }), kMilli)},
      {"total", spread_json(over([](const auto& r) { return r.conv_seconds(); }), kMilli)}};
  json["gflop"] = over([](const auto& r) { return r.conv_flop; }).median / kGiga;
  json["gflop_per_second"] = spread_json(over(conv_flop_per_second), 1 / kGiga);
  json["samples"] = Json::array();
  for (const BenchRound& round : rounds) {
    json["samples"].push_back({{"forward", round.conv_forward * kMilli},
                               {"backward", round.conv_backward * kMilli},
                               {"total", round.conv_seconds() * kMilli}});
  }
  json["list"] = Json::array();
  for (const auto& [call, measured] : result.convolutions) {
    json["list"].push_back(call_json(call, measured, rounds.size()));
  }
  return json;
}

/// Of all threads together.
Json processor_json(const std::vector<BenchRound>& rounds) {
  const auto over = [&](auto value) { return spread_json(spread_over(rounds, value), kMilli); };
  return {{"step", over([](const auto& r) { return r.step_processor; })},
          {"inference", over([](const auto& r) { return r.inference_processor; })},
          {"convolutions", over([](const auto& r) { return r.conv_processor; })}};
}

}  // namespace

Json bench_json(const BenchResult& result) {
  const auto& rounds = result.rounds;
  Json json;
  json["input"] = result.input;
  json["step"] = phases_json(rounds, kStepPhaseNames, &BenchRound::step, &BenchRound::step_seconds);
  json["images_per_second"] = spread_json(spread_over(rounds, images_per_second), 1);
  json["peak_memory_bytes"] = result.peak_bytes;
  json["inference"] = phases_json(rounds, kDetectPhaseNames, &BenchRound::inference,
                                  &BenchRound::inference_seconds);
  json["inference"]["detections"] = result.detections;
  json["convolutions"] = convolutions_json(result);
  json["step_to_convolutions"] = spread_json(spread_over(rounds, step_to_convolutions), 1);
  json["processor_ms"] = processor_json(rounds);
  json["step_to_convolutions_processor"] =
      spread_json(spread_over(rounds, step_to_convolutions_processor), 1);
  json["machine_peak"] = {{"gflop_per_second", result.peak.flop_per_second / kGiga},
                          {"by", result.peak.by}};
  return json;
}

}  // namespace rn
