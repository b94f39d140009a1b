#include "core/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace rn {

InputFile::InputFile(const std::filesystem::path& path) : path_(path.string()) {
  // Asked before it is opened: opening a pipe takes it away from the next reader.
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  size_ = status.st_size;
}

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

int64_t InputFile::read_at(int64_t position, char* text, size_t size) const {
  size_t used = 0;
  while (used < size) {
    const ssize_t n = ::pread(fd_, text + used, size - used, position + static_cast<int64_t>(used));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("{}: reading failed: {}", path_, std::strerror(errno));
    if (n == 0) break;
    used += static_cast<size_t>(n);
  }
  return static_cast<int64_t>(used);
}

}  // namespace rn
