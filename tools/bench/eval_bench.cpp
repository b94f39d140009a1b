// COCO evaluation from two files to the numbers, part by part. Each repetition is a process of its
// own, so that the peak of its memory is that of one evaluation and every page is new to it, as in
// a program that is started for it.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "core/error.h"
#include "core/parallel.h"
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

/// What one repetition took.
struct Sample {
  std::array<double, kParts> seconds{};
  double user_seconds = 0;
  double system_seconds = 0;
  double peak_mb = 0;
};

class Clock {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::array<double, kParts> evaluate_files(const Arguments& arguments) {
  std::array<double, kParts> seconds{};
  Clock total, clock;
  const CocoFile file = read_coco_file(arguments.annotations, arguments.threads);
  seconds[kAnnotations] = clock.lap();
  std::string text =
      fmt::format("{} images, {} annotations\n", file.images.size(), file.annotations.size());
  if (!arguments.results.empty()) {
    const CocoGroundTruth ground_truth(file, arguments.annotations.string());
    seconds[kGroundTruth] = clock.lap();
    const auto results = read_coco_results(arguments.results, arguments.threads);
    seconds[kResults] = clock.lap();
    EvalOptions options;
    options.threads = arguments.threads;
    const Matches matches = match_detections(ground_truth, results, options);
    seconds[kMatch] = clock.lap();
    const EvaluationResult result = accumulate(ground_truth, matches, options.threads);
    seconds[kAccumulate] = clock.lap();
    text += summary_text(result) + category_table(result);
    seconds[kText] = clock.lap();
  }
  seconds[kTotal] = total.lap();
  if (arguments.show) std::fputs(text.c_str(), stderr);
  return seconds;
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
      const auto seconds = evaluate_files(arguments);
      if (::write(ends[1], seconds.data(), sizeof(seconds)) != sizeof(seconds)) status = 1;
    } catch (const Error& error) {
      fmt::print(stderr, "{}\n", error.what());
      status = 2;
    }
    std::fflush(nullptr);
    ::_exit(status);
  }
  ::close(ends[1]);
  Sample sample;
  const bool answered = ::read(ends[0], sample.seconds.data(), sizeof(sample.seconds)) ==
                        static_cast<ssize_t>(sizeof(sample.seconds));
  ::close(ends[0]);
  struct rusage usage {};
  ::wait4(child, nullptr, 0, &usage);
  if (!answered) fail("the evaluation didn't end well");
  const auto seconds = [](const timeval& t) { return t.tv_sec + 1e-6 * t.tv_usec; };
  sample.user_seconds = seconds(usage.ru_utime);
  sample.system_seconds = seconds(usage.ru_stime);
  sample.peak_mb = static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
  return sample;
}

/// One line: median and spread (smallest to largest).
template <class Value>
void print_line(const char* name, const std::vector<Sample>& samples, const char* unit,
                const Value& value) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(value(sample));
  std::sort(values.begin(), values.end());
  fmt::print("{:<17} {:>9.2f} {}   ({:.2f} to {:.2f})\n", name, values[values.size() / 2], unit,
             values.front(), values.back());
}

void run(const Arguments& arguments) {
  Arguments once = arguments;
  measure(once);  // warms the page cache up
  once.show = false;
  std::vector<Sample> samples;
  for (int i = 0; i < arguments.repeat; ++i) samples.push_back(measure(once));
  fmt::print("{} repetitions, {} threads of {} cores; median (smallest to largest)\n",
             arguments.repeat, arguments.threads > 0 ? arguments.threads : available_cores(),
             available_cores());
  for (int part = 0; part < kParts; ++part) {
    print_line(kPartNames[part], samples, "ms",
               [&](const Sample& sample) { return 1e3 * sample.seconds[part]; });
  }
  print_line("user", samples, "ms", [](const Sample& s) { return 1e3 * s.user_seconds; });
  print_line("system", samples, "ms", [](const Sample& s) { return 1e3 * s.system_seconds; });
  print_line("peak memory", samples, "MB", [](const Sample& s) { return s.peak_mb; });
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
