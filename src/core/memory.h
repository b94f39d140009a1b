#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace rn {

/// Bytes that this process can still get: free memory, what the system's caches give back, and
/// swap; or what is left to its control group (a container's limit) or within its address space
/// (`ulimit -v`), if that is less. Linux only.
/// @param root of the file system, for tests
/// @return nothing where the system doesn't say
std::optional<int64_t> available_memory(const std::filesystem::path& root = "/");

/// " (2.0 GB more were asked for)" from what LibTorch says of an allocation that failed, "you tried
/// to allocate 2000000000 bytes" or "Tried to allocate 1.86 GiB"; "" from other texts.
std::string asked_memory_text(std::string_view error);

}  // namespace rn
