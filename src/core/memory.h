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

}  // namespace rn
