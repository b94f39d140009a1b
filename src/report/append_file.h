#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rn {

/// A file that only grows, by lines or by records; each is there as a whole or not at all.
class AppendFile {
 public:
  /// Opens the file, or makes it.
  /// @throws Error naming the path and the reason
  explicit AppendFile(std::filesystem::path path);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&&) = delete;
  ~AppendFile();

  /// Appends `line` and a line break, and hands both to the system. After a failure (disk full)
  /// the file is as it was before, and the next line is tried again.
  /// @return empty, or what went wrong, naming the path and the remedy
  [[nodiscard]] std::string append(std::string_view line);
  /// The same for bytes that need no line break.
  [[nodiscard]] std::string append_record(std::string_view bytes);

  const std::filesystem::path& path() const { return path_; }

 private:
  std::string append_whole(std::string_view bytes, std::string_view what);

  std::filesystem::path path_;
  int fd_;
};

}  // namespace rn
