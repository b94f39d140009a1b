#pragma once

#include "convert/formats.h"

namespace rn {

/// CSV as keras-retinanet and pytorch-retinanet read it: a row "path,x1,y1,x2,y2,class" for each
/// object, "path,,,,," for a picture without any; no header. Pixels from 0; a box goes from x1 up
/// to, and without, x2: its width is x2 - x1.

/// Reads such a file.
///  - Rows of one picture may stand apart. A first row with words for numbers is a header, and is
///    passed over.
///  - A path is looked for in options.images, then beside the file; names become relative to
///    options.images.
/// @throws Error naming the line: another number of fields, a field that is no number, no class
CocoFile read_csv(const ReadOptions& options, ConvertNotes& notes);

/// Writes `path` and, beside it, NAME_classes.csv with rows "name,index", the classes by ascending
/// id from 0.
/// @param images folder of the pictures, for paths that lead there from the file; empty: names are
/// written as they are
/// @pre there are no crowds
/// @throws Error if a file can't be written
void write_csv(const std::filesystem::path& path, const CocoFile& file,
               const std::filesystem::path& images, ConvertNotes& notes);

/// Where write_csv has the classes.
std::filesystem::path csv_classes_path(const std::filesystem::path& path);

}  // namespace rn
