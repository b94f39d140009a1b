#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

namespace rn {

/// Which pictures of a set are meant: VOC's ImageSets/Main/train.txt with an id in each line, or
/// Darknet's train.txt with a path. Endings don't count. A picture is meant by a line if one of
/// both is the end of the other, folder by folder: a bare name means that picture in any folder,
/// "images/v1/1.jpg" only 1.jpg of a folder v1, or where the set has no folders.
class Split {
 public:
  /// @throws Error if the file can't be read or names nothing
  explicit Split(const std::filesystem::path& path);

  /// Also marks the lines as met.
  bool takes(const std::string& name);

  /// @throws Error naming the first line that no file was met for @param source where they are
  void check_all_met(const std::string& source) const;

 private:
  using Parts = std::vector<std::string>;  ///< of a path, the last one first, without its ending
  struct Line {
    int64_t number = 0;
    std::string text;
    Parts parts;
    bool is_met = false;
  };
  static Parts parts_of(std::string_view path);

  std::string path_;
  std::vector<Line> lines_;
  std::unordered_map<std::string, std::vector<size_t>> by_name_;  ///< positions, by the last part
};

}  // namespace rn
