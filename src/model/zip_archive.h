#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rn {

/// A zip archive in memory whose entries are stored as they are: the container of PyTorch's files.
class ZipArchive {
 public:
  /// @param bytes must live as long as the archive
  /// @param source names it in errors
  /// @throws Error if it is no zip archive, or a damaged one
  ZipArchive(std::string_view bytes, std::string source);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  /// Of every entry, in the order of the archive. They are only ever compared, never opened as
  /// paths.
  const std::vector<std::string>& names() const { return names_; }

  /// @throws Error if there is no such entry, it is compressed, larger than the archive, or its
  /// CRC-32 isn't that of its bytes
  std::string read(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string source_;
  size_t size_;
  std::vector<std::string> names_;
};

}  // namespace rn
