#include "convert/convert.h"

#include "coco/record_writer.h"
#include "convert/boxes.h"
#include "convert/coco_set.h"
#include "convert/conversion_paths.h"
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

/// JSON, XML and YAML are; in another encoding a picture's name would be that of no file.
void check_names_are_utf8(const CocoFile& file) {
  const auto check = [](const std::string& what, const std::string& name) {
    if (parse_json(json_text(Json(name))) != Json(name)) {
      fail("{} {}: the name isn't UTF-8, which the new file must be; rename it", what,
           in_quotes(name));
    }
  };
  for (const CocoImage& image : file.images) check("picture", image.file_name);
  for (const Category& category : file.categories) check("class", category.name);
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
  if (format != Format::kCsv) check_names_are_utf8(file);
  if (format == Format::kCoco) return;
  clip_boxes(file, notes);
  check_class_names(file);
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
  check_paths(options);
  const fs::path annotations = annotations_place(options.from, options.annotations);
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
