#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace rn {

/// Bytes that this process can still get: free memory, what the system's caches give back, and
/// swap; or what is left to its control group (a container's limit), if that is less. Linux only.
/// @param root of the file system, for tests
/// @return nothing where the system doesn't say
std::optional<int64_t> available_memory(const std::filesystem::path& root = "/");

/// From now on allocations beyond available_memory() fail, which can be told as an error and tried
/// again with less. Else they succeed, and when their pages are touched the system ends the process
/// (or another one) without a word. A tighter limit that is set already stays. There is a fifth of
/// slack, as allocators map more than they touch.
void limit_memory();

}  // namespace rn
