#include "core/processor.h"

#include <gtest/gtest.h>

#include <chrono>
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

}  // namespace
}  // namespace rn
