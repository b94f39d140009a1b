#pragma once

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

}  // namespace rn
