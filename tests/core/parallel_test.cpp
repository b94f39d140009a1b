#include "core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace rn {
namespace {

class ParallelFor : public testing::TestWithParam<int> {};

TEST_P(ParallelFor, CallsEveryIndexOnce) {
  for (const int64_t count : {0, 1, 2, 3, 1000}) {
    std::vector<std::atomic<int>> calls(static_cast<size_t>(count));
    parallel_for(count, GetParam(), [&](int64_t i) { ++calls[static_cast<size_t>(i)]; });
    for (const auto& n : calls) EXPECT_EQ(n, 1);
  }
}

TEST_P(ParallelFor, NegativeCountDoesNothing) {
  parallel_for(-1, GetParam(), [](int64_t) { FAIL(); });
}

TEST_P(ParallelFor, ThrowsTheFirstExceptionByIndex) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    try {
      parallel_for(100, GetParam(), [&](int64_t i) {
        if (i == 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (i >= 3) throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "3");
    }
  }
}

TEST_P(ParallelFor, StopsSoonAfterAnException) {
  std::atomic<int> calls = 0;
  EXPECT_THROW(parallel_for(1'000'000, GetParam(),
                            [&](int64_t) {
                              ++calls;
                              throw std::runtime_error("x");
                            }),
               std::runtime_error);
  EXPECT_LE(calls, 64);
}

INSTANTIATE_TEST_SUITE_P(Threads, ParallelFor, testing::Values(0, 1, 2, 8));

TEST(ParallelForThreads, UsesAsManyAsAskedFor) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  parallel_for(3, 3, [&](int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(ids.size(), 3u);
}

TEST(ParallelForThreads, OneThreadGoesInOrder) {
  std::vector<int64_t> order;
  parallel_for(4, 1, [&](int64_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<int64_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace rn
