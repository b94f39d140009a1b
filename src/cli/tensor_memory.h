#pragma once

#include <cstdint>
#include <functional>

namespace rn {

/// From now on CPU tensors get so many bytes together; an allocation beyond that throws
/// c10::OutOfMemoryError, which can be told as an error, or the step tried again in parts. Without
/// a limit Linux grants memory that isn't there, and ends the process (or another one) without a
/// word when it is written to. To be called before other threads make tensors; a second call
/// changes the limit.
/// @param still_free asked when the limit is reached, from any thread: so many bytes more may be
/// had now, other programs having ended meanwhile. Empty: the limit stays
void limit_tensor_memory(int64_t bytes, std::function<int64_t()> still_free = {});

/// Bytes of the CPU tensors that were made since the first call of limit_tensor_memory.
int64_t tensor_memory_in_use();

}  // namespace rn
