#include "core/memory.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

/// The number after `key` in a file of lines "key number ...".
std::optional<int64_t> number_of(const fs::path& path, std::string_view key) {
  std::ifstream file(path);
  std::string rest;
  for (std::string word; file >> word; std::getline(file, rest)) {
    if (word != key) continue;
    int64_t number = 0;
    if (file >> number) return number;
    return std::nullopt;
  }
  return std::nullopt;
}

/// Of a file that holds nothing else; nothing for the "max" of a group without a limit.
std::optional<int64_t> number_in(const fs::path& path) {
  std::ifstream file(path);
  int64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

std::optional<int64_t> available_to_machine(const fs::path& root) {
  const fs::path meminfo = root / "proc/meminfo";
  const auto available = number_of(meminfo, "MemAvailable:");
  if (!available) return std::nullopt;
  return (*available + number_of(meminfo, "SwapFree:").value_or(0)) * 1024;
}

/// What the files of one control group call its limit, use and page cache.
struct GroupFiles {
  const char* limit;
  const char* use;
  const char* cache;  ///< in memory.stat
};
constexpr GroupFiles kVersion1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"};
constexpr GroupFiles kVersion2{"memory.max", "memory.current", "file"};

/// What is left to a group and to all those above it, up to `mount`.
int64_t available_to_group(const fs::path& mount, fs::path group, const GroupFiles& files) {
  int64_t least = kNoLimit;
  for (bool is_last = false; !is_last; group = group.parent_path()) {
    is_last = !group.has_relative_path();
    const fs::path folder = mount / group.relative_path();
    const auto limit = number_in(folder / files.limit), use = number_in(folder / files.use);
    if (!limit || !use) continue;
    const int64_t cache = number_of(folder / "memory.stat", files.cache).value_or(0);
    least = std::min(least, std::max<int64_t>(0, *limit - *use + cache));
  }
  return least;
}

/// /proc/self/cgroup has lines "4:memory:/path" (version 1) and "0::/path" (version 2).
int64_t available_to_groups(const fs::path& root) {
  int64_t least = kNoLimit;
  const fs::path mount = root / "sys/fs/cgroup";
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string kind = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (kind == "memory") {
      least = std::min(least, available_to_group(mount / "memory", group, kVersion1));
    } else if (kind.empty()) {
      least = std::min(least, available_to_group(mount, group, kVersion2));
    }
  }
  return least;
}

/// Half of what `ulimit -v` leaves of the address space: what malloc keeps for later counts there
/// as well. When it is used up, OpenBLAS asks again for ever.
int64_t available_to_process(const fs::path& root) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNoLimit;
  const int64_t used = number_of(root / "proc/self/status", "VmSize:").value_or(0) * 1024;
  return std::max<int64_t>(0, (static_cast<int64_t>(limit.rlim_cur) - used) / 2);
}

}  // namespace

std::optional<int64_t> available_memory(const fs::path& root) {
  const auto machine = available_to_machine(root);
  if (!machine) return std::nullopt;
  return std::min({*machine, available_to_groups(root), available_to_process(root)});
}

std::string asked_memory_text(std::string_view error) {
  constexpr std::string_view kStart = "ried to allocate ";
  const size_t start = error.find(kStart);
  if (start == std::string_view::npos) return "";
  std::istringstream words(std::string(error.substr(start + kStart.size())));
  double amount = 0;
  std::string unit;
  if (!(words >> amount >> unit)) return "";
  const double bytes = amount * (unit.starts_with("GiB")   ? 0x1p30
                                 : unit.starts_with("MiB") ? 0x1p20
                                 : unit.starts_with("KiB") ? 0x1p10
                                                           : 1.0);
  if (bytes < 1e5) return "";
  return bytes < 1e8 ? fmt::format(" ({:.1f} MB more were asked for)", bytes / 1e6)
                     : fmt::format(" ({:.1f} GB more were asked for)", bytes / 1e9);
}

}  // namespace rn
