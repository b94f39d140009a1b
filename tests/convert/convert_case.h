#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "convert/convert.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"

namespace rn::testing {

/// A folder of its own for each test, in which sets are converted. Pictures are text files that
/// hold their size: "4x3" is four columns wide.
class ConvertTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }

  std::string content(const std::string& name) { return read_file(folder_ / name); }

  /// From `annotations` to `out`, both in the folder.
  ConvertOptions options(AnnotationFormat from, const std::string& annotations, AnnotationFormat to,
                         const std::string& out) {
    ConvertOptions options;
    options.from = from;
    options.annotations = folder_ / annotations;
    options.to = to;
    options.out = folder_ / out;
    options.picture_size = size_of_text;
    return options;
  }

  /// The error's text, with the folder's name taken out of it.
  template <class Body>
  std::string error_of(const Body& body) {
    return shortened(error_text(body));
  }
  std::string conversion_error(const ConvertOptions& options) {
    return error_of([&] { convert_annotations(options); });
  }

  /// "heading: count" of each kind of note.
  static std::vector<std::string> headings(const ConvertNotes& notes) {
    std::vector<std::string> all;
    for (const auto& kind : notes.kinds()) {
      all.push_back(fmt::format("{}: {}", kind.heading, kind.count));
    }
    return all;
  }

  std::string shortened(std::string text) const {
    const std::string folder = folder_.path().string() + "/";
    for (size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }

  TemporaryFolder folder_;

 private:
  static ImageSize size_of_text(const std::filesystem::path& path) {
    const std::string text = read_file(path);
    ImageSize size;
    if (std::sscanf(text.c_str(), "%ldx%ld", &size.width, &size.height) != 2) {
      fail("{}: not a picture", path.string());
    }
    return size;
  }
};

using Boxes = std::vector<std::array<double, 4>>;

inline Boxes boxes_of(const CocoFile& file) {
  Boxes boxes;
  for (const CocoAnnotation& annotation : file.annotations) boxes.push_back(*annotation.bbox);
  return boxes;
}

inline std::vector<std::string> names_of(const CocoFile& file) {
  std::vector<std::string> names;
  for (const CocoImage& image : file.images) names.push_back(image.file_name);
  return names;
}

}  // namespace rn::testing
