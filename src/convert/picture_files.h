#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "coco/coco_file.h"
#include "convert/progress.h"
#include "core/image_size.h"

namespace rn {

/// The size of a picture as the rest of the program sees it. @throws Error
using PictureSize = std::function<ImageSize(const std::filesystem::path&)>;

/// Files below `folder`, however deep, that end in one of `endings` (".jpg", lower case; any case
/// is taken), as paths relative to it, in order.
/// @throws Error naming the folder and the reason if it can't be read
std::vector<std::string> files_below(const std::filesystem::path& folder,
                                     const std::vector<std::string>& endings);

/// The endings of pictures that can be decoded.
const std::vector<std::string>& picture_endings();

/// Its name without the ending of a picture, an XML or a text file; names have other dots, too.
std::string without_ending(std::string_view name);

/// Finds the pictures that annotation files mean.
class PictureFinder {
 public:
  explicit PictureFinder(const std::filesystem::path& folder);

  /// Looked for, in this order: the name itself, the name with another ending or none, the picture
  /// named as the annotation file is.
  /// @return relative to the folder
  std::optional<std::string> find(const std::string& name,
                                  const std::string& annotation_file) const;

 private:
  std::unordered_set<std::string> names_;
  std::unordered_map<std::string, std::string> by_stem_;  ///< "sub/a" -> "sub/a.jpg"
};

/// Asks pictures for the sizes that a file doesn't tell.
/// @param folder empty if it isn't known @param source of the annotations, for messages
/// @throws Error naming the first pictures that can't be read
void fill_sizes(CocoFile& file, const std::filesystem::path& folder, const std::string& source,
                const PictureSize& picture_size, const ConvertProgress& progress);

}  // namespace rn
