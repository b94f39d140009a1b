#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

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
  std::error_code ec;
  const bool no_folder =
      code == ENOENT && path.has_parent_path() && !fs::exists(path.parent_path(), ec);
  fail("{}: writing failed: {}{}", path.string(), std::strerror(code),
       no_folder ? "; make its folder" : remedy(code));
}

/// @return 0 or an errno
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    content.remove_prefix(static_cast<size_t>(n));
  }
  return 0;
}

/// @return how much it is; 0: the end
size_t read_some(int fd, char* data, size_t size, const fs::path& path) {
  while (true) {
    const ssize_t n = ::read(fd, data, size);
    if (n >= 0) return static_cast<size_t>(n);
    if (errno != EINTR) fail("{}: reading failed: {}", path.string(), std::strerror(errno));
  }
}

/// @return 0 or an errno
int sync_file(int fd) {
  // Some file systems can't sync (EINVAL): there the rename is all that can be had.
  return ::fsync(fd) != 0 && errno != EINVAL ? errno : 0;
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

  int sync() const { return sync_file(fd_); }

 private:
  int fd_;
};

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

void copy_file_atomically(const fs::path& path, const fs::path& copy) {
  const Descriptor file(path, O_RDONLY);
  if (!file.is_open()) {
    fail("{}: can't be kept as {}: {}", path.string(), copy.string(), std::strerror(errno));
  }
  FileReplacement replacement(copy);
  std::string piece(1 << 20, '\0');
  while (const size_t n = read_some(file.get(), piece.data(), piece.size(), path)) {
    replacement.write(std::string_view(piece).substr(0, n));
  }
  replacement.commit();
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
    const size_t n = read_some(file.get(), content.data() + used, content.size() - used, path);
    if (n == 0) break;
    used += n;
  }
  content.resize(used);
  return content;
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  FileReplacement file(path);
  file.write(content);
  file.commit();
}

void write_file_atomically(const fs::path& path,
                           const std::function<void(const fs::path&)>& write) {
  if (is_stream(path)) return write(path);
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

FileReplacement::FileReplacement(fs::path path) : path_(std::move(path)), target_(path_) {
  std::error_code ec;
  if (fs::is_directory(path_, ec)) fail("{}: is a folder, expected a file", path_.string());
  fs::path opened = path_;
  if (!is_stream(path_)) {
    target_ = resolved(path_);
    temporary_ = target_;
    temporary_ += ".partial";
    opened = temporary_;
  }
  fd_ = ::open(opened.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) writing_failed(path_, errno);
}

FileReplacement::~FileReplacement() {
  if (fd_ < 0) return;
  ::close(fd_);
  std::error_code ec;
  if (!temporary_.empty()) fs::remove(temporary_, ec);
}

void FileReplacement::write(std::string_view piece) {
  if (const int code = write_all(fd_, piece)) writing_failed(path_, code);
}

void FileReplacement::sync() {
  if (temporary_.empty()) return;
  if (const int code = sync_file(fd_)) writing_failed(path_, code);
}

void FileReplacement::commit() {
  sync();
  std::error_code ec;
  if (!temporary_.empty()) fs::rename(temporary_, target_, ec);
  if (ec) writing_failed(path_, ec.value());
  ::close(std::exchange(fd_, -1));
  if (!temporary_.empty()) sync_folder_of(target_);
}

void name_twice(const fs::path& path, const fs::path& second) {
  fs::path link = second;
  link += ".partial";
  std::error_code ec;
  fs::remove(link, ec);
  fs::create_hard_link(resolved(path), link, ec);  // else the symbolic link's own second name
  if (ec) return copy_file_atomically(path, second);
  fs::rename(link, second, ec);
  std::error_code ignored;
  fs::remove(link, ignored);  // two names of one file: rename leaves both
  if (ec) fail("{}: can't be kept as {}: {}", path.string(), second.string(), ec.message());
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
    code = file.is_open() ? write_all(file.get(), "x") : errno;
    if (file.is_open()) fs::remove(probe, ec);
  }
  if (code != 0) {
    fail("{}: files can't be made in this folder: {}; choose another with {}", folder.string(),
         std::strerror(code), option);
  }
}

}  // namespace rn
