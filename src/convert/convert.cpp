#include "convert/convert.h"

#include <algorithm>

#include "coco/coco_writer.h"
#include "convert/boxes.h"
#include "convert/formats.h"
#include "convert/voc.h"
#include "core/error.h"
#include "core/files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

using Format = AnnotationFormat;

bool is_written_to_a_folder(Format format) {
  return format == Format::kVoc || format == Format::kYolo;
}

/// Long before it is written to.
void check_out(const ConvertOptions& options) {
  const fs::path& out = options.out;
  std::error_code error;
  const auto status = fs::status(out, error);
  if (!fs::exists(status)) return;
  if (is_written_to_a_folder(options.to)) {
    if (!fs::is_directory(status)) fail("{}: is a file; name a folder: --out DIR", out.string());
    if (options.overwrite || fs::is_empty(out, error)) return;
    fail("{}: holds files; name a new or empty folder, or give --overwrite to write among them",
         out.string());
  }
  if (fs::is_directory(status)) {
    fail("{}: is a folder; name the file to write: --out {}", out.string(),
         (out / (options.to == Format::kCsv ? "annotations.csv" : "annotations.json")).string());
  }
  if (!options.overwrite && fs::is_regular_file(status)) {
    fail("{}: is there already; name another file, or give --overwrite to replace it",
         out.string());
  }
}

/// Where the format has its pictures, if they are there.
fs::path usual_images(const ConvertOptions& options) {
  const fs::path above = fs::path(options.annotations / "").parent_path().parent_path();
  std::error_code error;
  if (options.from == Format::kVoc) {
    for (const char* name : {"JPEGImages", "images"}) {
      if (fs::is_directory(above / name, error)) return above / name;
    }
  }
  return {};
}

CocoFile read_set(Format format, const ReadOptions& options, ConvertNotes& notes) {
  switch (format) {
    case Format::kVoc:
      return read_voc(options, notes);
    default:
      break;
  }
  fail("this format can't be read yet");
}

void write_set(const ConvertOptions& options, CocoFile& file) {
  if (options.out.has_parent_path()) make_writable_folder(options.out.parent_path());
  switch (options.to) {
    case Format::kCoco:
      for (CocoAnnotation& annotation : file.annotations) {
        annotation.area = (*annotation.bbox)[2] * (*annotation.bbox)[3];
      }
      return write_coco_file(options.out, file);
    default:
      break;
  }
  fail("this format can't be written yet");
}

}  // namespace

Converted convert_annotations(const ConvertOptions& options) {
  if (options.from == options.to) fail("--from and --to name the same format; nothing to convert");
  check_out(options);
  Converted converted;
  converted.images = options.images.empty() ? usual_images(options) : options.images;

  ReadOptions reading{options.annotations,  converted.images, {}, {},
                      options.picture_size, options.progress};
  if (!options.classes.empty()) reading.classes = read_class_list(options.classes);
  if (!options.split.empty()) reading.split.emplace(options.split);
  converted.file = read_set(options.from, reading, converted.notes);
  fill_sizes(converted.file, converted.images, options.annotations.string(), options.picture_size,
             options.progress);
  if (options.to != Format::kCoco) clip_boxes(converted.file, converted.notes);
  write_set(options, converted.file);
  return converted;
}

}  // namespace rn
