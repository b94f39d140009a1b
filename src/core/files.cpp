#include "core/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

#include "core/error.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kReadPadding = 64;

/// An open file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags)
      : path_(path), fd_(::open(path.c_str(), flags, 0644)) {
    if (fd_ < 0) fail("{}: can't be opened for writing: {}", path.string(), std::strerror(errno));
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(fd_); }

  void write_all(std::string_view content) {
    while (!content.empty()) {
      const ssize_t n = ::write(fd_, content.data(), content.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("{}: writing failed: {}", path_.string(), std::strerror(errno));
      content.remove_prefix(static_cast<size_t>(n));
    }
  }

  void sync() {
    // Some file systems can't sync (EINVAL): there the rename is all that can be had.
    if (::fsync(fd_) != 0 && errno != EINVAL) {
      fail("{}: writing failed: {}", path_.string(), std::strerror(errno));
    }
  }

 private:
  fs::path path_;
  int fd_;
};

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

std::string read_file(const fs::path& path) {
  std::error_code ec;
  if (fs::is_directory(path, ec)) fail("{}: is a folder, expected a file", path.string());
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("{}: can't be read: {}", path.string(), std::strerror(errno));
  std::string content;
  // Room for the padding that parsers want, so that they needn't copy a large file.
  const auto size = fs::file_size(path, ec);
  if (!ec) content.reserve(size + kReadPadding);
  std::vector<char> chunk(1 << 18);
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())), in.gcount() > 0) {
    content.append(chunk.data(), static_cast<size_t>(in.gcount()));
  }
  if (in.bad()) fail("{}: reading failed: {}", path.string(), std::strerror(errno));
  return content;
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  write_file_atomically(path, [&](const fs::path& temporary) {
    Descriptor(temporary, O_WRONLY | O_CREAT | O_TRUNC).write_all(content);
  });
}

void write_file_atomically(const fs::path& path,
                           const std::function<void(const fs::path&)>& write) {
  fs::path temporary = path;
  temporary += ".partial";
  std::error_code ignored;
  try {
    write(temporary);
    Descriptor(temporary, O_WRONLY).sync();
    std::error_code ec;
    fs::rename(temporary, path, ec);
    if (ec) fail("{}: can't be replaced: {}", path.string(), ec.message());
    Descriptor(folder_of(path), O_RDONLY).sync();
  } catch (...) {
    fs::remove(temporary, ignored);
    throw;
  }
}

void make_writable_folder(const fs::path& folder) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  if (ec || !fs::is_directory(folder)) {
    fail("{}: can't be made a folder: {}; choose another with --out", folder.string(),
         ec ? ec.message() : "a file of that name is there");
  }
  const fs::path probe = folder / ".writable";
  Descriptor(probe, O_WRONLY | O_CREAT | O_TRUNC).write_all("x");
  fs::remove(probe, ec);
}

}  // namespace rn
