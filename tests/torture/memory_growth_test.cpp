#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
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

/// Of the samples between two steps: without what a checkpoint that is being written adds.
double least_megabytes(const std::vector<Sample>& samples, int64_t first, int64_t last) {
  double least = std::numeric_limits<double>::infinity();
  for (const Sample& sample : samples) {
    if (sample.step >= first && sample.step <= last) least = std::min(least, sample.megabytes);
  }
  return least;
}

class MemoryGrowth : public TinyRun {};

/// With all that happens in a long run: pictures of several sizes, workers, averaged weights,
/// checkpoints in the background, and evaluations. A leak of 8 KB in each of 2000 steps would be
/// 8 MB between the windows; the short form, which is not warm before its end, sees one that keeps
/// some megabytes of each step.
TEST_F(MemoryGrowth, ALongRunNeedsNoMoreMemoryAtItsEndThanInItsMiddle) {
  const int64_t steps = repetitions(120, 2001);  // whole epochs of 3
  Ended ended;
  std::atomic<bool> runs = true;
  std::thread run([&] {
    ended =
        run_command(folder(), fmt::format("OMP_NUM_THREADS=1 "
                                          "'{}' train tiny.json --out long "
                                          "--set train.epochs={} --set train.log_every=10 "
                                          "--set data.workers=2 "
                                          "--set data.augment.short_sides='[32,48,64]' "
                                          "--set train.ema.decay=0.99 --set train.evaluate_every=8 "
                                          "--set train.checkpoint.every=5 & echo $! >id; wait $!",
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
  const double middle = least_megabytes(samples, 3 * steps / 10, steps / 2);
  const double end = least_megabytes(samples, 8 * steps / 10, steps);
  std::cout << fmt::format(
      "{} steps: {:.1f} MB in the middle, {:.1f} MB at the end; by tenths:", steps, middle, end);
  for (int64_t tenth = 0; tenth < 10; ++tenth) {
    std::cout << fmt::format(
        " {:.0f}", least_megabytes(samples, tenth * steps / 10 + 1, (tenth + 1) * steps / 10));
  }
  std::cout << "\n";
  ASSERT_GT(middle, 50) << samples.size() << " samples";
  EXPECT_LT(end, middle + repetitions(150, 4)) << samples.size() << " samples";
}

}  // namespace
}  // namespace rn
