#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "core/error.h"

namespace rn::testing {

/// A file in memory, for readers that take a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
    RN_CHECK(descriptor_ >= 0, "no file in memory");
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    RN_CHECK(written == static_cast<ssize_t>(bytes.size()), "{} bytes", written);
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

 private:
  int descriptor_;
};

}  // namespace rn::testing
