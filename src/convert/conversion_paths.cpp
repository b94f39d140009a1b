#include "convert/conversion_paths.h"

#include <algorithm>
#include <vector>

#include "convert/csv.h"
#include "convert/picture_files.h"
#include "convert/yolo.h"
#include "core/error.h"
#include "core/files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

using Format = AnnotationFormat;

/// Those that have the same name in every conversion.
std::vector<fs::path> written_files(const ConvertOptions& options) {
  switch (options.to) {
    case Format::kVoc:
      return {options.out / "classes.txt"};
    case Format::kYolo:
      return {options.out / "data.yaml", options.out / kPictureList};
    case Format::kCsv:
      return {options.out, csv_classes_path(options.out)};
    case Format::kCoco:
      break;
  }
  return {options.out};
}

/// Even --overwrite doesn't mean what is read.
void check_out_is_no_input(const ConvertOptions& options) {
  const fs::path annotations = annotations_place(options.from, options.annotations);
  const fs::path classes =
      options.classes.empty() ? usual_classes(options.from, annotations) : options.classes;
  for (const fs::path& input : {annotations, classes, options.split}) {
    for (const fs::path& output : written_files(options)) {
      std::error_code error;
      if (fs::is_regular_file(input, error) && fs::equivalent(input, output, error)) {
        fail("{}: is read, too; name another place to write to: --out", output.string());
      }
    }
  }
}

/// Long before it is written to.
void check_out(const ConvertOptions& options) {
  const fs::path& out = options.out;
  std::error_code error;
  const auto status = fs::status(out, error);
  if (options.to == Format::kVoc || options.to == Format::kYolo) {
    if (!fs::exists(status)) return;
    if (!fs::is_directory(status)) fail("{}: is a file; name a folder: --out DIR", out.string());
    if (options.overwrite || fs::is_empty(out, error)) return;
    fail("{}: holds files; name a new or empty folder, or give --overwrite to write among them",
         out.string());
  }
  if (fs::is_directory(status) || !out.has_filename()) {
    fail("{}: is a folder; name the file to write: --out {}", out.string(),
         (out / (options.to == Format::kCsv ? "train.csv" : "train.json")).string());
  }
  for (const fs::path& file : written_files(options)) {
    if (!options.overwrite && fs::is_regular_file(file, error)) {
      fail("{}: is there already; name another --out, or give --overwrite to replace it",
           file.string());
    }
  }
  if (!out.has_parent_path() || fs::is_directory(out.parent_path(), error)) check_can_write(out);
}

void check_inputs_exist(const ConvertOptions& options) {
  std::error_code error;
  const auto status = fs::status(options.annotations, error);
  const bool is_folder = fs::is_directory(status);
  const std::string name = options.annotations.string();
  if (!fs::exists(status)) fail("{}: there is no such file or folder: --annotations", name);
  if (!options.images.empty() && !fs::is_directory(options.images, error)) {
    fail("{}: there is no such folder: --images", options.images.string());
  }
  if (is_folder && (options.from == Format::kCoco || options.from == Format::kCsv)) {
    fail("{}: is a folder; name the annotation file in it", name);
  }
  if (!is_folder && options.from == Format::kYolo) {
    fail("{}: is a file; name the folder of the label files, and the classes with --classes", name);
  }
}

/// "set/labels/train" to "set/images/train"; Ultralytics goes the other way.
fs::path images_of_labels(const fs::path& labels) {
  std::vector<fs::path> parts(labels.begin(), labels.end());
  const auto last = std::find(parts.rbegin(), parts.rend(), "labels");
  if (last == parts.rend()) return {};
  *last = "images";
  fs::path images;
  for (const fs::path& part : parts) images /= part;
  return images;
}

}  // namespace

void check_paths(const ConvertOptions& options) {
  check_inputs_exist(options);
  check_out_is_no_input(options);
  check_out(options);
}

fs::path annotations_place(Format format, const fs::path& path) {
  const bool is_relative_to_here = path.filename() == "." || path.filename() == "..";
  std::error_code ignored;
  const fs::path place = is_relative_to_here   ? fs::weakly_canonical(path, ignored)
                         : path.has_filename() ? path
                                               : path.parent_path();
  const fs::path inside = place / "Annotations";  // of a whole set, as VOC2007 is one
  std::error_code error;
  return format == Format::kVoc && fs::is_directory(inside, error) ? inside : place;
}

fs::path usual_images(Format format, const fs::path& annotations) {
  std::error_code error;
  const fs::path above = annotations.parent_path();
  std::vector<fs::path> places;
  if (format == Format::kVoc) {
    const bool is_folder = fs::is_directory(annotations, error);
    const fs::path folder = is_folder ? annotations : above.empty() ? "." : above;
    const fs::path set = folder.parent_path();
    places = {set / "JPEGImages", set / "images"};
    // labelImg saves beside the pictures.
    if (is_folder && !files_below(folder, picture_endings()).empty()) places.push_back(folder);
  }
  if (format == Format::kYolo) places = {images_of_labels(annotations), annotations};
  if (format == Format::kCsv) places = {above.empty() ? "." : above};
  for (const fs::path& place : places) {
    if (fs::is_directory(place, error)) return place;
  }
  return {};
}

fs::path usual_classes(Format format, const fs::path& annotations) {
  const fs::path above = annotations.parent_path();
  std::vector<fs::path> places;
  if (format == Format::kVoc) places = {above / "classes.txt"};
  if (format == Format::kCsv) places = {csv_classes_path(annotations)};
  if (format == Format::kYolo) {
    for (const fs::path& folder : {annotations, above, above.parent_path()}) {
      for (const char* name : {"data.yaml", "data.yml", "classes.txt", "obj.names"}) {
        places.push_back(folder / name);
      }
    }
  }
  std::error_code error;
  for (const fs::path& place : places) {
    if (fs::is_regular_file(place, error)) return place;
  }
  if (format == Format::kYolo) {
    fail(
        "{}: YOLO's labels are numbers; name their classes: --classes data.yaml, or a file with a "
        "name in each line",
        annotations.string());
  }
  return {};
}

}  // namespace rn
