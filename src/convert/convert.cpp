#include "convert/convert.h"

#include <algorithm>

#include "coco/record_writer.h"
#include "convert/boxes.h"
#include "convert/coco_set.h"
#include "convert/csv.h"
#include "convert/output_names.h"
#include "convert/plain_text.h"
#include "convert/voc.h"
#include "convert/yolo.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

using Format = AnnotationFormat;

/// Even --overwrite doesn't mean what is read.
void check_out_is_no_input(const ConvertOptions& options) {
  for (const fs::path& input : {options.annotations, options.classes, options.split}) {
    std::error_code error;
    if (fs::is_regular_file(input, error) && fs::equivalent(input, options.out, error)) {
      fail("{}: is read, too; name another file to write: --out", options.out.string());
    }
  }
}

/// JSON is UTF-8; in another encoding a picture's name would be that of no file.
void check_names_are_utf8(const CocoFile& file) {
  const auto check = [](const std::string& what, const std::string& name) {
    if (parse_json(json_text(Json(name))) != Json(name)) {
      fail("{} {}: the name isn't UTF-8, which JSON must be; rename it", what, in_quotes(name));
    }
  };
  for (const CocoImage& image : file.images) check("picture", image.file_name);
  for (const Category& category : file.categories) check("class", category.name);
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
  std::vector<fs::path> files = {out};
  if (options.to == Format::kCsv) files.push_back(csv_classes_path(out));
  for (const fs::path& file : files) {
    if (!options.overwrite && fs::is_regular_file(file, error)) {
      fail("{}: is there already; name another --out, or give --overwrite to replace it",
           file.string());
    }
  }
}

/// The folder or file without a slash at its end.
fs::path without_slash(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
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

/// Where the format has its pictures, if they are there.
fs::path usual_images(Format format, const fs::path& annotations) {
  const fs::path above = annotations.parent_path();
  std::vector<fs::path> places;
  if (format == Format::kVoc) places = {above / "JPEGImages", above / "images"};
  if (format == Format::kYolo) places = {images_of_labels(annotations), annotations};
  if (format == Format::kCsv) places = {above.empty() ? "." : above};
  std::error_code error;
  for (const fs::path& place : places) {
    if (fs::is_directory(place, error)) return place;
  }
  return {};
}

/// Where the format, or what was written by an earlier conversion, has its classes.
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

void check_annotations_exist(const ConvertOptions& options) {
  std::error_code error;
  const auto status = fs::status(options.annotations, error);
  const bool is_folder = fs::is_directory(status);
  const std::string name = options.annotations.string();
  if (!fs::exists(status)) fail("{}: there is no such file or folder: --annotations", name);
  if (is_folder && (options.from == Format::kCoco || options.from == Format::kCsv)) {
    fail("{}: is a folder; name the annotation file in it", name);
  }
  if (!is_folder && options.from == Format::kYolo) {
    fail("{}: is a file; name the folder of the label files, and the classes with --classes", name);
  }
}

CocoFile read_set(Format format, const ReadOptions& options, ConvertNotes& notes) {
  switch (format) {
    case Format::kCoco:
      return read_coco_set(options, notes);
    case Format::kVoc:
      return read_voc(options, notes);
    case Format::kYolo:
      return read_yolo(options, notes);
    case Format::kCsv:
      return read_csv(options, notes);
  }
  RN_CHECK(false, "format {}", static_cast<int>(format));
}

/// Takes out, and notes, what the format doesn't have.
void fit_to(Format format, CocoFile& file, ConvertNotes& notes) {
  if (format == Format::kCoco) return check_names_are_utf8(file);
  clip_boxes(file, notes);
  if (format != Format::kYolo) check_class_names(file);
  if (format == Format::kVoc) return;
  notes.note("crowd regions, left out, for the new format has none",
             static_cast<int64_t>(std::erase_if(file.annotations, [](const CocoAnnotation& one) {
               return one.iscrowd.value_or(false);
             })));
}

void write_set(const ConvertOptions& options, Converted& converted) {
  CocoFile& file = converted.file;
  if (options.out.has_parent_path()) make_writable_folder(options.out.parent_path());
  switch (options.to) {
    case Format::kCoco:
      for (CocoAnnotation& annotation : file.annotations) {
        annotation.area = without_noise((*annotation.bbox)[2] * (*annotation.bbox)[3]);
      }
      return write_coco_file(options.out, file);
    case Format::kVoc:
      return write_voc(options.out, file, converted.notes, options.progress);
    case Format::kYolo:
      return write_yolo(options.out, file, options.progress);
    case Format::kCsv:
      return write_csv(options.out, file, converted.images, converted.notes);
  }
}

}  // namespace

Converted convert_annotations(const ConvertOptions& options) {
  if (options.from == options.to) fail("--from and --to name the same format; nothing to convert");
  check_annotations_exist(options);
  check_out_is_no_input(options);
  check_out(options);
  const fs::path annotations = without_slash(options.annotations);
  Converted converted;
  converted.images =
      options.images.empty() ? usual_images(options.from, annotations) : options.images;
  converted.classes =
      options.classes.empty() ? usual_classes(options.from, annotations) : options.classes;

  ReadOptions reading{annotations, converted.images,     {},
                      {},          options.picture_size, options.progress};
  if (!converted.classes.empty()) reading.classes = read_class_list(converted.classes);
  if (!options.split.empty()) reading.split.emplace(options.split);
  converted.file = read_set(options.from, reading, converted.notes);
  fill_sizes(converted.file, converted.images, annotations.string(), options.picture_size,
             options.progress);
  fit_to(options.to, converted.file, converted.notes);
  write_set(options, converted);
  return converted;
}

}  // namespace rn
