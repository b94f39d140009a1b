#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace rn {

/// A regular file that is read piece by piece, from any number of threads.
class InputFile {
 public:
  /// Not open afterwards if the file can't be read, or isn't a regular one (a pipe has no places).
  explicit InputFile(const std::filesystem::path& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  bool is_open() const { return fd_ >= 0; }
  int64_t size() const { return size_; }  ///< bytes, when it was opened

  /// Reads into `text`. @return the bytes that were read: fewer than `size` at the file's end
  /// @throws Error naming the path and the reason
  int64_t read_at(int64_t position, char* text, size_t size) const;

 private:
  std::string path_;
  int fd_ = -1;
  int64_t size_ = 0;
};

}  // namespace rn
