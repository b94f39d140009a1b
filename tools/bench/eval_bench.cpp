// COCO evaluation from two files to the numbers, part by part. Each repetition is a process of its
// own, so that the peak of its memory is that of one evaluation and every page is new to it, as in
// a program that is started for it.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/processor.h"
#include "core/spread.h"
#include "core/text.h"
#include "eval/coco_evaluator.h"
#include "eval/report_text.h"

namespace rn {
namespace {

enum Part { kAnnotations, kGroundTruth, kResults, kMatch, kAccumulate, kText, kTotal, kParts };
constexpr std::array<const char*, kParts> kPartNames = {
    "read annotations", "ground truth", "read results", "match", "accumulate", "text", "total"};

struct Arguments {
  std::filesystem::path annotations;
  std::filesystem::path results;  ///< empty: the annotations are read, no more
  int threads = 0;
  int repeat = 7;
  bool show = false;
};

/// In seconds. Where others use the machine, too, the cores' time says more than the clock.
struct PartTime {
  double wall = 0;
  double cpu = 0;  ///< of all threads together
};
using PartTimes = std::array<PartTime, kParts>;

/// What one repetition took.
struct Sample {
  PartTimes times{};
  double peak_mb = 0;
};

/// Time since the last lap.
class Clock {
 public:
  PartTime lap() {
    const PartTime now = read();
    const PartTime lap = {now.wall - last_.wall, now.cpu - last_.cpu};
    last_ = now;
    return lap;
  }

 private:
  static PartTime read() {
    const auto wall = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration<double>(wall).count(), processor_seconds()};
  }
  PartTime last_ = read();
};

PartTimes evaluate_files(const Arguments& arguments) {
  PartTimes times{};
  Clock total, clock;
  const CocoFile file = read_coco_file(arguments.annotations, arguments.threads);
  times[kAnnotations] = clock.lap();
  std::string text =
      fmt::format("{} images, {} annotations\n", file.images.size(), file.annotations.size());
  if (!arguments.results.empty()) {
    const CocoGroundTruth ground_truth(file, arguments.annotations.string());
    times[kGroundTruth] = clock.lap();
    const auto results = read_coco_results(arguments.results, arguments.threads);
    times[kResults] = clock.lap();
    EvalOptions options;
    options.threads = arguments.threads;
    const Matches matches = match_detections(ground_truth, results, options);
    times[kMatch] = clock.lap();
    const EvaluationResult result = accumulate(ground_truth, matches, options.threads);
    times[kAccumulate] = clock.lap();
    text += summary_text(result) + category_table(result);
    times[kText] = clock.lap();
  }
  times[kTotal] = total.lap();
  if (arguments.show) std::fputs(text.c_str(), stderr);
  return times;
}

/// Runs one evaluation in a child process.
Sample measure(const Arguments& arguments) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) fail("a pipe can't be made");
  const pid_t child = ::fork();
  if (child < 0) fail("a process can't be started");
  if (child == 0) {
    int status = 0;
    try {
      const PartTimes times = evaluate_files(arguments);
      if (::write(ends[1], times.data(), sizeof(times)) != sizeof(times)) status = 1;
    } catch (const Error& error) {
      fmt::print(stderr, "{}\n", error.what());
      status = 2;
    }
    std::fflush(nullptr);
    ::_exit(status);
  }
  ::close(ends[1]);
  Sample sample;
  const bool answered = ::read(ends[0], sample.times.data(), sizeof(sample.times)) ==
                        static_cast<ssize_t>(sizeof(sample.times));
  ::close(ends[0]);
  struct rusage usage {};
  ::wait4(child, nullptr, 0, &usage);
  if (!answered) fail("the evaluation didn't end well");
  sample.peak_mb = static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
  return sample;
}

/// Median and spread (smallest to largest).
template <class Value>
std::string summary(const std::vector<Sample>& samples, const Value& value) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(value(sample));
  return spread_text(spread_of(std::move(values)));
}

void run(const Arguments& arguments) {
  Arguments once = arguments;
  measure(once);  // warms the page cache up
  once.show = false;
  std::vector<Sample> samples;
  for (int i = 0; i < arguments.repeat; ++i) samples.push_back(measure(once));
  const auto sets = instruction_sets();
  fmt::print("{} repetitions, {} threads of {} cores, {}; median (smallest to largest)\n",
             arguments.repeat, arguments.threads > 0 ? arguments.threads : available_cores(),
             available_cores(), sets.empty() ? "instruction sets unknown" : join(sets));
  fmt::print("{:<17} {:<28} {}\n", "", "    ms", "    ms of all cores");
  for (int part = 0; part < kParts; ++part) {
    const auto wall = [&](const Sample& sample) { return 1e3 * sample.times[part].wall; };
    const auto cpu = [&](const Sample& sample) { return 1e3 * sample.times[part].cpu; };
    fmt::print("{:<17} {:<28} {}\n", kPartNames[part], summary(samples, wall),
               summary(samples, cpu));
  }
  fmt::print("{:<17} {} MB\n", "peak memory",
             summary(samples, [](const Sample& sample) { return sample.peak_mb; }));
}

}  // namespace
}  // namespace rn

int main(int argc, char** argv) {
  rn::Arguments arguments;
  CLI::App app("Times COCO evaluation from two files to the numbers.");
  app.add_option("annotations", arguments.annotations, "COCO annotation file")->required();
  app.add_option("results", arguments.results, "results file; without it only reading is timed");
  app.add_option("--threads", arguments.threads, "0: one for each core");
  app.add_option("--repeat", arguments.repeat, "processes that are timed")
      ->check(CLI::Range(1, 999));
  app.add_flag("--show", arguments.show, "show the numbers, too");
  CLI11_PARSE(app, argc, argv);
  try {
    rn::run(arguments);
  } catch (const rn::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
