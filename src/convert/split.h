#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>

namespace rn {

/// Which pictures of a set are meant: VOC's ImageSets/Main/train.txt with an id in each line, or
/// Darknet's train.txt with a path. Pictures and their annotation files are known by their name
/// without folder and ending.
class Split {
 public:
  /// @throws Error if the file can't be read or names nothing
  explicit Split(const std::filesystem::path& path);

  /// Also marks it as met.
  bool takes(const std::string& name);

  /// @throws Error naming the first line that no file was met for @param source where they are
  void check_all_met(const std::string& source) const;

 private:
  struct Line {
    int64_t number;
    bool is_met = false;
  };
  std::string path_;
  std::unordered_map<std::string, Line> lines_;
};

}  // namespace rn
