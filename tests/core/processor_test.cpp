#include "core/processor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

namespace rn {
namespace {

/// Keeps the calling thread at work until the process has used so many seconds.
void work_until(double seconds) {
  while (processor_seconds() < seconds) {
  }
}

TEST(ProcessorSeconds, CountsTheWorkOfOtherThreadsAndNoSleep) {
  const double start = processor_seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LT(processor_seconds() - start, 0.05);
  std::thread(work_until, processor_seconds() + 0.02).join();
  EXPECT_GE(processor_seconds() - start, 0.02);
}

TEST(LoadAverage, IsTheSystemsOwn) {
  const auto before = load_average();
  double system = 0.0;
  std::ifstream("/proc/loadavg") >> system;
  const auto after = load_average();
  ASSERT_TRUE(before && after);
  // Between the two, the system may have brought its own up to date.
  EXPECT_GE(system, std::min(*before, *after) - 0.01);
  EXPECT_LE(system, std::max(*before, *after) + 0.01);
}

}  // namespace
}  // namespace rn
