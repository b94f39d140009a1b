#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/error.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

std::string_view remedy(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "; free some space on that disk";
    case EFBIG:
      return "; raise the limit on file sizes (ulimit -f)";
    case EACCES:
    case EPERM:
    case EROFS:
      return "; choose a place that you may write to";
    default:
      return "";
  }
}

/// `path` is the file that the user knows, which may not be the one that is open.
[[noreturn]] void writing_failed(const fs::path& path, int code) {
  fail("{}: writing failed: {}{}", path.string(), std::strerror(code), remedy(code));
}

/// An open file that closes itself.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }

  /// @return 0 or an errno
  int write_all(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t n = ::write(fd_, content.data(), content.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno;
      content.remove_prefix(static_cast<size_t>(n));
    }
    return 0;
  }

  /// @return 0 or an errno
  int sync() const {
    // Some file systems can't sync (EINVAL): there the rename is all that can be had.
    return ::fsync(fd_) != 0 && errno != EINVAL ? errno : 0;
  }

 private:
  int fd_;
};

void write_through(const fs::path& opened, const fs::path& known, std::string_view content) {
  const Descriptor file(opened, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.is_open()) writing_failed(known, errno);
  if (const int code = file.write_all(content)) writing_failed(known, code);
}

/// A device, a pipe and their like are written to and never replaced, and so is whatever the
/// standard streams were redirected to.
bool is_stream(const fs::path& path) {
  for (const std::string_view start : {"/dev/std", "/dev/fd/", "/proc/"}) {
    if (path.native().starts_with(start)) return true;
  }
  std::error_code ec;
  const fs::file_status status = fs::status(path, ec);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// Where the bytes go: a symbolic link stays one, and the file that it names is replaced.
fs::path resolved(const fs::path& path) {
  std::error_code ec;
  if (!fs::is_symlink(path, ec)) return path;
  const fs::path target = fs::weakly_canonical(path, ec);
  return ec ? path : target;
}

void sync_folder_of(const fs::path& path) {
  // The file is in place already; a folder that can't be opened or synced is no reason to fail.
  const Descriptor folder(path.has_parent_path() ? path.parent_path() : fs::path("."), O_RDONLY);
  if (folder.is_open()) folder.sync();
}

/// Puts `write`'s file in the place of `path`. Errors name `path`.
template <class Write>
void replace_file(const fs::path& path, const Write& write) {
  std::error_code ec;
  if (fs::is_directory(path, ec)) fail("{}: is a folder, expected a file", path.string());
  const fs::path target = resolved(path);
  fs::path temporary = target;
  temporary += ".partial";
  try {
    write(temporary);
    const Descriptor written(temporary, O_WRONLY);
    if (!written.is_open()) writing_failed(path, errno);
    if (const int code = written.sync()) writing_failed(path, code);
    fs::rename(temporary, target, ec);
    if (ec) writing_failed(path, ec.value());
  } catch (...) {
    fs::remove(temporary, ec);
    throw;
  }
  sync_folder_of(target);
}

}  // namespace

std::string read_file(const fs::path& path) {
  std::error_code ec;
  if (fs::is_directory(path, ec)) fail("{}: is a folder, expected a file", path.string());
  const Descriptor file(path, O_RDONLY);
  if (!file.is_open()) fail("{}: can't be read: {}", path.string(), std::strerror(errno));
  struct stat status {};
  const bool sized = ::fstat(file.get(), &status) == 0 && status.st_size > 0;
  // One more than the size: a read of 0 bytes then says that the end was met.
  std::string content(sized ? static_cast<size_t>(status.st_size) + 1 : 65536, '\0');
  size_t used = 0;
  while (true) {
    if (used == content.size()) content.resize(2 * content.size());
    const ssize_t n = ::read(file.get(), content.data() + used, content.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("{}: reading failed: {}", path.string(), std::strerror(errno));
    if (n == 0) break;
    used += static_cast<size_t>(n);
  }
  content.resize(used);
  return content;
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  if (is_stream(path)) return write_through(path, path, content);
  replace_file(path, [&](const fs::path& temporary) { write_through(temporary, path, content); });
}

void write_file_atomically(const fs::path& path,
                           const std::function<void(const fs::path&)>& write) {
  if (is_stream(path)) return write(path);
  replace_file(path, write);
}

void check_can_write(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    fail("{}: is a folder; name a file in it", path.string());
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored)) {
    fail("{}: can't be written: there is no folder {}; make it first", path.string(),
         folder.string());
  }
  // A file is replaced, which its folder must allow; a pipe is written to.
  const bool is_pipe = fs::exists(path, ignored) && !fs::is_regular_file(path, ignored);
  if (::access((is_pipe ? path : folder).c_str(), W_OK) != 0) {
    fail("{}: can't be written: {}", path.string(), std::strerror(errno));
  }
}

void make_writable_folder(const fs::path& folder, const char* option) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  std::error_code status_error;
  if (!fs::is_directory(folder, status_error)) {
    const bool taken = fs::exists(folder, status_error);
    fail("{}: can't be made a folder: {}; choose another with {}", folder.string(),
         taken || !ec ? "a file of that name is there" : ec.message(), option);
  }
  const fs::path probe = folder / fmt::format(".writable-{}", ::getpid());
  int code = 0;
  {
    const Descriptor file(probe, O_WRONLY | O_CREAT | O_EXCL);
    code = file.is_open() ? file.write_all("x") : errno;
    if (file.is_open()) fs::remove(probe, ec);
  }
  if (code != 0) {
    fail("{}: files can't be made in this folder: {}; choose another with {}", folder.string(),
         std::strerror(code), option);
  }
}

}  // namespace rn
