#include "report/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace rn {

AppendFile::AppendFile(std::filesystem::path path)
    : path_(std::move(path)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (fd_ < 0) {
    fail("{}: can't be opened for writing: {}; choose another folder with --out", path_.string(),
         std::strerror(errno));
  }
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

AppendFile::~AppendFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string AppendFile::append(std::string_view line) {
  std::string bytes(line);
  bytes += '\n';
  return append_whole(bytes, "line");
}

std::string AppendFile::append_record(std::string_view bytes) {
  return append_whole(bytes, "record");
}

std::string AppendFile::append_whole(std::string_view bytes, std::string_view what) {
  struct stat before {};
  const bool known = ::fstat(fd_, &before) == 0 && S_ISREG(before.st_mode);
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int code = errno;
      std::string problem =
          fmt::format("{}: writing failed: {}; free some space on that disk, this {} is lost",
                      path_.string(), std::strerror(code), what);
      // Half of it would spoil the next one too.
      if (known && ::ftruncate(fd_, before.st_size) != 0) {
        problem += "; the file may end with a part of it";
      }
      return problem;
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace rn
