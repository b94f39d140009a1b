#include "core/memory.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/temporary_folder.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

constexpr int64_t kGiB = int64_t{1} << 30;

/// A file system root with these files.
class FakeRoot {
 public:
  FakeRoot() {
    put("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapFree: 1048576 kB\n");
  }
  void put(const std::string& path, const std::string& text) const {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  std::optional<int64_t> available() const { return available_memory(folder_.path()); }

 private:
  TemporaryFolder folder_;
};

TEST(Memory, AvailableIsWhatIsFreeAndSwap) { EXPECT_EQ(FakeRoot().available(), 9 * kGiB); }

TEST(Memory, ALimitedControlGroupHasLess) {
  const FakeRoot root;
  root.put("proc/self/cgroup", "0::/box/inner\n");
  root.put("sys/fs/cgroup/box/inner/memory.max", "max\n");
  root.put("sys/fs/cgroup/box/inner/memory.current", "2147483648\n");
  EXPECT_EQ(root.available(), 9 * kGiB);
  root.put("sys/fs/cgroup/box/memory.max", "4294967296\n");
  root.put("sys/fs/cgroup/box/memory.current", "3221225472\n");
  root.put("sys/fs/cgroup/box/memory.stat", "anon 1073741824\nfile 2147483648\n");
  EXPECT_EQ(root.available(), 3 * kGiB);  // 4 - 3 + 2 of page cache
}

TEST(Memory, SoHasOneOfVersion1WhosePathIsTheHosts) {
  const FakeRoot root;
  root.put("proc/self/cgroup", "9:name=systemd:/\n4:memory:/docker/0123\n0::/\n");
  root.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
  root.put("sys/fs/cgroup/memory/memory.usage_in_bytes", "536870912\n");
  EXPECT_EQ(root.available(), kGiB / 2);
}

TEST(Memory, NothingIsKnownOfASystemWithoutTheseFiles) {
  EXPECT_EQ(available_memory(TemporaryFolder().path()), std::nullopt);
}

TEST(Memory, ThisMachineHasSome) {
  const auto available = available_memory();
  ASSERT_TRUE(available.has_value());
  EXPECT_GT(*available, int64_t{1} << 20);
}

}  // namespace
}  // namespace rn
