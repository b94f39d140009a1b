#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "convert/plain_text.h"
#include "convert/set_builder.h"
#include "convert/yolo.h"
#include "core/error.h"
#include "core/text.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBoxWords = 5;
constexpr size_t kOutlineWords = 7;  // and every odd number above

std::string line_place(const std::string& source, int64_t line) {
  return fmt::format("{}: line {}", source, line);
}

int64_t class_of(std::string_view word, const std::string& place, int64_t classes) {
  const auto index = to_whole(word);
  if (!index) fail("{}: its class is {}, expected an index from 0", place, in_quotes(word));
  if (*index < 0 || *index >= classes) {
    fail("{}: class {}, but the classes are 0 to {}; correct it, or name the right --classes FILE",
         place, *index, classes - 1);
  }
  return *index;
}

/// Shares of a picture; a little beyond it is an object that was cut off.
std::vector<double> shares_of(const std::vector<std::string_view>& words,
                              const std::string& place) {
  std::vector<double> shares;
  for (size_t i = 1; i < words.size(); ++i) {
    const auto share = to_number(words[i]);
    if (!share) fail("{}: {} is no number", place, in_quotes(words[i]));
    if (*share < -1 || *share > 2) {
      fail(
          "{}: {} is no share of a picture, 0 to 1; are these pixels? divide x by the width, and y "
          "by the height",
          place, *share);
    }
    shares.push_back(*share);
  }
  return shares;
}

std::array<double, 4> outline_corners(const std::vector<double>& points) {
  std::array<double, 4> corners = {points[0], points[1], points[0], points[1]};
  for (size_t i = 0; i < points.size(); i += 2) {
    corners = {std::min(corners[0], points[i]), std::min(corners[1], points[i + 1]),
               std::max(corners[2], points[i]), std::max(corners[3], points[i + 1])};
  }
  return corners;
}

std::array<double, 4> box_corners(const std::vector<double>& box) {
  return {box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2};
}

/// Shares of a side to pixels, to a hundredth; + 0.0 makes 0 of -0.
double pixels_of(double share, int64_t side) {
  return std::round(share * static_cast<double>(side) * 100) / 100 + 0.0;
}

CocoBox yolo_box(const std::array<double, 4>& corners, const CocoImage& image) {
  const double left = pixels_of(corners[0], image.width), top = pixels_of(corners[1], image.height);
  const double right = pixels_of(corners[2], image.width),
               bottom = pixels_of(corners[3], image.height);
  // A difference of hundredths isn't one to the bit.
  return {left, top, std::round((right - left) * 100) / 100,
          std::round((bottom - top) * 100) / 100};
}

/// The pictures that are asked for, with their sizes.
CocoFile yolo_pictures(const ReadOptions& options) {
  CocoFile file;
  std::vector<std::string> names = files_below(options.images, picture_endings());
  if (names.empty()) {
    fail("{}: has no pictures; name their folder: --images DIR", options.images.string());
  }
  if (options.split) {
    Split split = *options.split;
    std::erase_if(names, [&](const std::string& name) { return !split.takes(name); });
    split.check_all_met(options.images.string());
  }
  for (std::string& name : names) file.images.push_back({0, std::move(name), 0, 0});
  fill_sizes(file, options.images, options.annotations.string(), options.picture_size,
             options.progress);
  return file;
}

/// Which of the label files belong to pictures; the others are named.
std::unordered_set<std::string> label_files(const ReadOptions& options, const CocoFile& pictures,
                                            ConvertNotes& notes) {
  const std::vector<std::string> found = files_below(options.annotations, {".txt"});
  std::unordered_set<std::string> expected;
  for (const CocoImage& image : pictures.images)
    expected.insert(without_ending(image.file_name) + ".txt");
  std::unordered_set<std::string> labels;
  for (const std::string& name : found) {
    if (expected.contains(name)) {
      labels.insert(name);
    } else if (!options.split && fs::path(name).filename() != "classes.txt") {
      notes.warn("label files without a picture, left out", (options.annotations / name).string());
    }
  }
  if (labels.empty()) {
    const std::string& first = pictures.images.front().file_name;
    std::error_code error;
    const fs::path inside = options.annotations / "labels";  // of a whole set
    fail("{}: has a label file for none of the {} of {}; {} would have {}{}",
         options.annotations.string(),
         counted(static_cast<int64_t>(pictures.images.size()), "picture"), options.images.string(),
         first, without_ending(first) + ".txt",
         fs::is_directory(inside, error)
             ? fmt::format("; name the folder of one part's labels: --annotations {}",
                           (inside / "train").string())
             : "");
  }
  return labels;
}

}  // namespace

std::vector<YoloObject> parse_yolo(std::string_view text, const std::string& source,
                                   int64_t classes) {
  std::vector<YoloObject> objects;
  int64_t line = 0;
  for (const std::string_view content : trimmed_lines(text)) {
    ++line;
    const std::vector<std::string_view> words = words_of(content);
    if (words.empty()) continue;
    const std::string place = line_place(source, line);
    const bool is_outline = words.size() >= kOutlineWords && words.size() % 2 == 1;
    if (words.size() != kBoxWords && !is_outline) {
      fail(
          "{}: {} words, expected 5, \"class cx cy width height\", or a class and the x and y of "
          "three points or more{}",
          place, words.size(),
          words.size() == kBoxWords + 1 ? "; detections with a score are no labels" : "");
    }
    YoloObject object;
    object.line = line;
    object.class_index = class_of(words[0], place, classes);
    const std::vector<double> shares = shares_of(words, place);
    object.corners = is_outline ? outline_corners(shares) : box_corners(shares);
    object.is_outline = is_outline;
    objects.push_back(object);
  }
  return objects;
}

CocoFile read_yolo(const ReadOptions& options, ConvertNotes& notes) {
  RN_CHECK(options.classes && !options.images.empty(), "classes and images");
  const ClassList& classes = *options.classes;
  const CocoFile pictures = yolo_pictures(options);
  const auto labels = label_files(options, pictures, notes);
  const auto label_of = [&](size_t index) {
    return without_ending(pictures.images[index].file_name) + ".txt";
  };
  std::vector<std::vector<YoloObject>> objects(pictures.images.size());
  run_stage(options.progress, "read", static_cast<int64_t>(objects.size()), [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    if (!labels.contains(label_of(index))) return;
    const fs::path path = options.annotations / label_of(index);
    objects[index] =
        parse_yolo(read_text(path), path.string(), static_cast<int64_t>(classes.categories.size()));
  });

  SetBuilder set(&classes, notes);
  int64_t outlines = 0;
  for (size_t i = 0; i < objects.size(); ++i) {
    const CocoImage& image = pictures.images[i];
    const std::string source = (options.annotations / label_of(i)).string();
    set.add_picture(image.file_name, {image.height, image.width}, source);
    if (!labels.contains(label_of(i))) {
      notes.warn(
          "pictures without a label file, taken for pictures without objects (--split FILE takes "
          "only those that it names)",
          (options.images / image.file_name).string());
    }
    for (const YoloObject& object : objects[i]) {
      outlines += object.is_outline;
      set.add_object(classes.categories[static_cast<size_t>(object.class_index)].name,
                     yolo_box(object.corners, image), false,
                     [&] { return line_place(source, object.line); });
    }
  }
  notes.note("outlines, of which the bounding box is kept", outlines);
  return std::move(set).finish(options.annotations.string());
}

}  // namespace rn
