#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/bench_report.h"
#include "bench/phases.h"
#include "report/text_table.h"
#include "report/units.h"

namespace rn {
namespace {

constexpr size_t kShownConvolutions = 8;
constexpr double kBusyShare = 0.75;

/// Writes seconds as milliseconds. Those of one column have as many decimals as the largest of them
/// needs for four figures, so that their points stand below one another.
class Milliseconds {
 public:
  explicit Milliseconds(double largest_seconds)
      : decimals_(largest_seconds < 1e-3   ? 4
                  : largest_seconds < 1e-2 ? 3
                  : largest_seconds < 1e-1 ? 2
                                           : 1) {}
  std::string operator()(double seconds) const {
    return fmt::format("{:.{}f}", seconds * 1e3, decimals_);
  }

 private:
  int decimals_;
};

std::string ms(double seconds) { return Milliseconds(seconds)(seconds); }

std::string percent(double share) { return fmt::format("{:.1f}%", 100 * share); }

std::string giga(double per_second) { return fmt::format("{:.1f}", per_second / 1e9); }

/// A row for each phase and one for all.
template <size_t kPhases>
std::string phase_table(const std::vector<BenchRound>& rounds, const char* whole,
                        const std::array<const char*, kPhases>& names,
                        std::array<double, kPhases> BenchRound::*phases,
                        double (BenchRound::*total)() const) {
  const bool is_one = rounds.size() == 1;
  const Spread all = spread_over(rounds, [&](const BenchRound& round) { return (round.*total)(); });
  const Milliseconds column(all.most);
  TextTable table(is_one ? std::vector<std::string>{whole, "ms", "share"}
                         : std::vector<std::string>{whole, "median ms", "share", "least", "most"});
  const auto add = [&](const char* name, const Spread& spread) {
    std::vector<std::string> row = {name, column(spread.median),
                                    percent(spread.median / all.median)};
    if (!is_one) row.insert(row.end(), {column(spread.least), column(spread.most)});
    table.add_row(std::move(row));
  };
  for (size_t p = 0; p < kPhases; ++p) {
    add(names[p], spread_over(rounds, [&](const BenchRound& round) { return (round.*phases)[p]; }));
  }
  add("total", all);
  return table.text();
}

/// Convolutions of one kind, or of several together.
struct ConvRow {
  std::string name;
  double calls = 0.0;    ///< in a step
  double seconds = 0.0;  ///< of all these
  double flop = 0.0;     ///< of all these

  double each() const { return seconds / calls; }
};

/// The costliest first.
std::vector<ConvRow> convolution_rows(const BenchResult& result) {
  std::vector<ConvRow> rows;
  for (const auto& [call, measured] : result.convolutions) {
    const double calls =
        static_cast<double>(measured.calls) / static_cast<double>(result.rounds.size());
    rows.push_back(
        {call.text(), calls, calls * spread_of(measured.seconds).median, calls * call.flop()});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ConvRow& a, const ConvRow& b) { return a.seconds > b.seconds; });
  return rows;
}

std::string convolution_table(const BenchResult& result) {
  std::vector<ConvRow> rows = convolution_rows(result);
  const size_t kinds = rows.size();
  const size_t shown = std::min(kinds, kShownConvolutions);
  if (shown < kinds) {
    const size_t left = kinds - shown;
    ConvRow others{fmt::format("others ({} kind{})", left, left == 1 ? "" : "s")};
    for (size_t i = shown; i < kinds; ++i) {
      others.calls += rows[i].calls;
      others.seconds += rows[i].seconds;
      others.flop += rows[i].flop;
    }
    rows.resize(shown);
    rows.push_back(std::move(others));
  }
  double seconds = 0.0, longest = 0.0;
  bool is_whole = true;  // not if batches differ in their sizes
  for (const ConvRow& row : rows) {
    seconds += row.seconds;
    longest = std::max(longest, row.each());
    is_whole = is_whole && row.calls == std::round(row.calls);
  }
  const Milliseconds column(longest);
  TextTable table({fmt::format("convolutions alone ({} of {} kinds)", shown, kinds), "calls",
                   "ms each", "share", "GFLOP/s"});
  for (const ConvRow& row : rows) {
    table.add_row({row.name, fmt::format("{:.{}f}", row.calls, is_whole ? 0 : 2),
                   column(row.each()), percent(row.seconds / seconds),
                   giga(row.flop / row.seconds)});
  }
  return table.text();
}

/// "0.583 (0.571 to 0.602)", of a single round "0.583".
std::string ratio_text(const Spread& ratio, size_t rounds) {
  std::string text = fmt::format("{:.3f}", ratio.median);
  if (rounds > 1) text += fmt::format(" ({:.3f} to {:.3f})", ratio.least, ratio.most);
  return text;
}

std::string summary(const BenchResult& result) {
  const auto over = [&](auto value) { return spread_over(result.rounds, value); };
  const double convolutions = over([](const auto& r) { return r.conv_seconds(); }).median;
  const Milliseconds column(convolutions);
  const double speed = over(conv_flop_per_second).median;
  const double peak = result.peak.flop_per_second;
  std::string text;
  const auto line = [&](const char* name, const std::string& value) {
    text += fmt::format("{:<24}{}\n", name, value);
  };
  line("images/s", fmt::format("{:.3g}", over(images_per_second).median));
  line("peak memory", fmt::format("{} (of the process, training)", bytes_text(result.peak_bytes)));
  line("convolutions",
       fmt::format("{} ms: forward {}, backward {}", column(convolutions),
                   column(over([](const auto& r) { return r.conv_forward; }).median),
                   column(over([](const auto& r) { return r.conv_backward; }).median)));
  line("", "each alone, dense, by LibTorch; a step leaves out some and computes others faster");
  line("their speed",
       fmt::format("{} GFLOP/s, {} of the machine's peak", giga(speed), percent(speed / peak)));
  line("the machine's peak", fmt::format("{} GFLOP/s ({})", giga(peak), result.peak.by));
  line("processor time",
       fmt::format("{} ms a step, {} ms a picture, of all threads",
                   ms(over([](const auto& r) { return r.step_processor; }).median),
                   ms(over([](const auto& r) { return r.inference_processor; }).median)));
  line("step / convolutions",
       fmt::format("{}; in processor time {}",
                   ratio_text(over(step_to_convolutions), result.rounds.size()),
                   ratio_text(over(step_to_convolutions_processor), result.rounds.size())));
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

std::string waiting_note(const BenchResult& result, int threads, std::optional<double> load) {
  const double share = spread_over(result.rounds, [&](const BenchRound& round) {
                         return round.step_processor / (round.step_seconds() * threads);
                       }).median;
  if (share >= kBusyShare) return "";
  const bool is_one = threads == 1;
  const std::string whose = is_one ? "the thread" : fmt::format("the {} threads", threads);
  return fmt::format(
      "\nnote: in a step {} had the processor for {:.0f}% of the time{}: the machine is\n"
      "busy, or {}. Wall times mean little then:\n"
      "trust the processor times{}.\n",
      whose, 100 * share, load ? fmt::format(" (load {:.1f})", *load) : "",
      is_one ? "it waited for data" : "they waited for one another or for data",
      is_one ? ""
             : ", or measure again with --threads 1, or with OMP_WAIT_POLICY=passive\n"
               "in the environment");
}

}  // namespace rn
