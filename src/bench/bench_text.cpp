#include <fmt/format.h>

#include <algorithm>

#include "bench/bench_report.h"
#include "bench/phases.h"
#include "report/text_table.h"
#include "report/units.h"

namespace rn {
namespace {

constexpr size_t kShownConvolutions = 8;

std::string ms(double seconds) {
  const double value = seconds * 1e3;
  return fmt::format("{:.{}f}", value, value < 10 ? 3 : 1);
}

std::string percent(double share) { return fmt::format("{:.1f}%", 100 * share); }

std::string giga(double per_second) { return fmt::format("{:.1f}", per_second / 1e9); }

/// A row for each phase and one for all.
template <size_t kPhases>
std::string phase_table(const std::vector<BenchRound>& rounds, const char* whole,
                        const std::array<const char*, kPhases>& names,
                        std::array<double, kPhases> BenchRound::*phases,
                        double (BenchRound::*total)() const) {
  TextTable table({whole, "median ms", "share", "least", "most"});
  const Spread all = spread_over(rounds, [&](const BenchRound& round) { return (round.*total)(); });
  const auto add = [&](const char* name, const Spread& spread) {
    table.add_row({name, ms(spread.median), percent(spread.median / all.median), ms(spread.least),
                   ms(spread.most)});
  };
  for (size_t p = 0; p < kPhases; ++p) {
    add(names[p], spread_over(rounds, [&](const BenchRound& round) { return (round.*phases)[p]; }));
  }
  add("total", all);
  return table.text();
}

std::string convolution_table(const BenchResult& result) {
  struct Row {
    const ConvCall* call;
    double calls;    ///< in a step
    double seconds;  ///< of one
  };
  std::vector<Row> rows;
  double all = 0.0;
  for (const auto& [call, measured] : result.convolutions) {
    const double calls =
        static_cast<double>(measured.calls) / static_cast<double>(result.rounds.size());
    rows.push_back({&call, calls, spread_of(measured.seconds).median});
    all += calls * rows.back().seconds;
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.calls * a.seconds > b.calls * b.seconds;
  });
  const size_t shown = std::min(rows.size(), kShownConvolutions);
  TextTable table({fmt::format("convolutions alone ({} of {} kinds)", shown, rows.size()), "calls",
                   "ms each", "share", "GFLOP/s"});
  for (size_t i = 0; i < shown; ++i) {
    const auto& [call, calls, seconds] = rows[i];
    table.add_row({call->text(), fmt::format("{:.4g}", calls), ms(seconds),
                   percent(calls * seconds / all), giga(call->flop() / seconds)});
  }
  return table.text();
}

std::string summary(const BenchResult& result) {
  const auto over = [&](auto value) { return spread_over(result.rounds, value); };
  const double convolutions = over([](const auto& r) { return r.conv_seconds(); }).median;
  const Spread ratio = over(step_to_convolutions);
  const double speed = over(conv_flop_per_second).median;
  const double peak = result.peak.flop_per_second;
  std::string text;
  const auto line = [&](const char* name, const std::string& value) {
    text += fmt::format("{:<24}{}\n", name, value);
  };
  line("images/s", fmt::format("{:.3g}", over(images_per_second).median));
  line("peak memory", fmt::format("{} (of the process, training)", bytes_text(result.peak_bytes)));
  line("convolutions", fmt::format("{} ms: forward {}, backward {}", ms(convolutions),
                                   ms(over([](const auto& r) { return r.conv_forward; }).median),
                                   ms(over([](const auto& r) { return r.conv_backward; }).median)));
  line("their speed",
       fmt::format("{} GFLOP/s, {} of the machine's peak", giga(speed), percent(speed / peak)));
  line("the machine's peak", fmt::format("{} GFLOP/s ({})", giga(peak), result.peak.by));
  const Spread processor = over(step_to_convolutions_processor);
  line("processor time",
       fmt::format("{} ms a step, {} ms a picture, of all threads",
                   ms(over([](const auto& r) { return r.step_processor; }).median),
                   ms(over([](const auto& r) { return r.inference_processor; }).median)));
  line("step / convolutions",
       fmt::format("{:.3f} ({:.3f} to {:.3f}); in processor time {:.3f} ({:.3f} to {:.3f})",
                   ratio.median, ratio.least, ratio.most, processor.median, processor.least,
                   processor.most));
  return text;
}

}  // namespace

std::string bench_text(const BenchResult& result) {
  const auto& rounds = result.rounds;
  const std::string picture = fmt::format("one picture, {} detections", result.detections);
  return phase_table(rounds, "training step", kStepPhaseNames, &BenchRound::step,
                     &BenchRound::step_seconds) +
         "\n" +
         phase_table(rounds, picture.c_str(), kDetectPhaseNames, &BenchRound::inference,
                     &BenchRound::inference_seconds) +
         "\n" + convolution_table(result) + "\n" + summary(result);
}

}  // namespace rn
