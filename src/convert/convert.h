#pragma once

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "coco/coco_file.h"
#include "convert/notes.h"
#include "convert/picture_files.h"
#include "convert/progress.h"

namespace rn {

enum class AnnotationFormat { kCoco, kVoc, kYolo, kCsv };

constexpr auto enum_names(AnnotationFormat) {
  using Entry = std::pair<AnnotationFormat, std::string_view>;
  return std::array{Entry{AnnotationFormat::kCoco, "coco"}, Entry{AnnotationFormat::kVoc, "voc"},
                    Entry{AnnotationFormat::kYolo, "yolo"}, Entry{AnnotationFormat::kCsv, "csv"}};
}

struct ConvertOptions {
  AnnotationFormat from = AnnotationFormat::kVoc;
  AnnotationFormat to = AnnotationFormat::kCoco;
  std::filesystem::path annotations;  ///< file or folder, as the format has it
  std::filesystem::path images;       ///< folder of the pictures; empty: where the format has it
  std::filesystem::path out;          ///< a file for COCO and CSV, a folder for VOC and YOLO
  std::filesystem::path classes;      ///< see read_class_list; empty: as the format has it
  std::filesystem::path split;        ///< see Split; empty: all pictures
  bool overwrite = false;             ///< of files, or among a folder's others
  PictureSize picture_size;
  ConvertProgress progress;
};

struct Converted {
  CocoFile file;                  ///< what was written, in COCO's terms
  std::filesystem::path images;   ///< folder that the file names are relative to; empty: not known
  std::filesystem::path classes;  ///< where the classes were named; empty: nowhere
  ConvertNotes notes;
};

/// Reads a set in one format, checks it, and writes it in another; pictures stay where they are.
/// All is read before anything is written.
/// @throws Error naming file and object, what was expected and the remedy
Converted convert_annotations(const ConvertOptions& options);

}  // namespace rn
