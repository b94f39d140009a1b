#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "cli/tiny_run.h"
#include "torture.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

/// Steps and resident memory of a run, sampled while it lasts.
struct Sample {
  int64_t step = 0;
  double megabytes = 0;
};

/// Of the newest line of metrics.jsonl; 0: none yet.
int64_t last_step(const fs::path& metrics) {
  std::ifstream file(metrics);
  int64_t step = 0;
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object()) step = json.value("iteration", step);
  }
  return step;
}

/// Resident memory that is not of files, of the process whose id is in `file`; 0: it has ended.
double resident_megabytes(const fs::path& file) {
  std::ifstream id_file(file);
  int64_t id = 0;
  if (!(id_file >> id)) return 0;
  std::ifstream status(fmt::format("/proc/{}/status", id));
  for (std::string key; status >> key;) {
    double kilobytes = 0;
    if (key == "RssAnon:" && status >> kilobytes) return kilobytes / 1024;
  }
  return 0;
}

/// Of the samples between two steps.
double median_megabytes(const std::vector<Sample>& samples, int64_t first, int64_t last) {
  std::vector<double> values;
  for (const Sample& sample : samples) {
    if (sample.step >= first && sample.step <= last) values.push_back(sample.megabytes);
  }
  if (values.empty()) return 0;
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

class MemoryGrowth : public TinyRun {};

/// With all that happens in a long run: pictures of several sizes, workers, averaged weights,
/// checkpoints in the background, and evaluations. Of 2000 steps, a leak of 4 KB in each would be
/// 4 MB.
TEST_F(MemoryGrowth, ALongRunNeedsNoMoreMemoryAtItsEndThanInItsMiddle) {
  const int64_t steps = repetitions(400, 2000);
  Ended ended;
  std::atomic<bool> runs = true;
  std::thread run([&] {
    ended = run_command(folder(),
                        fmt::format("'{}' train tiny.json --out long --set train.epochs={} "
                                    "--set data.workers=2 --set train.log_every=10 "
                                    "--set data.augment.short_sides='[48,64,80]' "
                                    "--set train.ema.decay=0.99 --set train.evaluate_every=20 "
                                    "--set train.checkpoint.every=10 & echo $! >id; wait $!",
                                    RN_PROGRAM, steps / 3));
    runs = false;
  });
  std::vector<Sample> samples;
  while (runs) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const double megabytes = resident_megabytes(folder() / "id");
    const int64_t step = last_step(folder() / "long/metrics.jsonl");
    if (megabytes > 0) samples.push_back({step, megabytes});
  }
  run.join();
  ASSERT_EQ(ended.exit_code, 0) << ended;
  const double middle = median_megabytes(samples, 3 * steps / 10, steps / 2);
  const double end = median_megabytes(samples, 8 * steps / 10, steps);
  std::cout << fmt::format("{} steps: {:.1f} MB in the middle, {:.1f} MB at the end\n", steps,
                           middle, end);
  ASSERT_GT(middle, 50) << samples.size() << " samples";
  EXPECT_LT(end, middle + 4);
}

}  // namespace
}  // namespace rn
