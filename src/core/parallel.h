#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>

namespace rn {

/// Cores that this process may run on (taskset and containers count).
int available_cores();

/// Calls body(i) for every i in [0, count) from up to `threads` threads (0: one for each available
/// core) and returns when all are done. Which thread takes which index is not defined: body must
/// not depend on it. The first exception by index is thrown again here, after the other threads
/// have stopped.
void parallel_for(int64_t count, int threads, const std::function<void(int64_t)>& body);

/// The same with buffers that a thread keeps from one index to the next: body(Scratch&, i). An
/// exception ends its own thread's work alone.
template <class Scratch, class Body>
void parallel_for_with(int64_t count, int threads, const Body& body) {
  const int64_t workers = std::min<int64_t>(count, threads > 0 ? threads : available_cores());
  std::atomic<int64_t> next{0};
  parallel_for(workers, static_cast<int>(workers), [&](int64_t) {
    Scratch scratch;
    for (int64_t i = next++; i < count; i = next++) body(scratch, i);
  });
}

}  // namespace rn
