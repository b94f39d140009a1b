#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace rn {

/// The whole file. @throws Error naming the path and the reason if it can't be read
std::string read_file(const std::filesystem::path& path);

/// Replaces a file so that a reader, or a crash at any moment, finds the old or the new content
/// whole: written to `<path>.partial`, fsynced, renamed, and the folder fsynced. A symbolic link
/// stays one; what isn't a file (/dev/stdout, a pipe) is written to and never replaced.
/// @throws Error naming the path and the reason (disk full, no permission); the old file is
/// untouched
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// A file that takes another's place when it is whole, for what is written piece by piece. Goes to
/// `<path>.partial`, which is removed if commit is never reached.
class FileReplacement {
 public:
  /// @throws Error naming the path and the reason, as do the others
  explicit FileReplacement(std::filesystem::path path);
  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;

  void write(std::string_view piece);
  /// What was written is on the disk; the old file is still in its place.
  void sync();
  /// Syncs and takes the old file's place.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path target_;
  std::filesystem::path temporary_;  ///< empty: what isn't a file is written to
  int fd_;
};

/// The same for content that a library writes to a path of its own: `write` is given the temporary
/// path. Whatever `write` throws is passed on after the temporary file is removed.
void write_file_atomically(const std::filesystem::path& path,
                           const std::function<void(const std::filesystem::path&)>& write);

/// Gives a file a second name, in place of what has that name: a hard link or, on a file system
/// without them, a copy, fsynced. There is a whole file of that name at every moment if there was
/// one before; `<second>.partial` is in use meanwhile.
/// @throws Error naming both and the reason
void name_twice(const std::filesystem::path& path, const std::filesystem::path& second);

/// Proves that a file could be written there, before hours are spent on what goes into it. An
/// existing one is left as it is.
/// @throws Error naming the path and the reason
void check_can_write(const std::filesystem::path& path);

/// Makes the folder (and its parents) and proves that files can be made in it.
/// @param option of the command line that names it, for the remedy
/// @throws Error naming the path and the reason
void make_writable_folder(const std::filesystem::path& folder, const char* option = "--out");

}  // namespace rn
