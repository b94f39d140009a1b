#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "convert/formats.h"
#include "core/image_size.h"

namespace rn {

/// Pascal VOC: an XML file for each picture. Pixels count from 1, and both corners belong to the
/// box: xmin 1 and xmax 3 are the first three columns, COCO's x 0 and width 3. (Everingham et al.,
/// the VOC2012 development kit, section 2.4.)

struct VocObject {
  std::string name;
  std::array<double, 4> corners{};  ///< xmin, ymin, xmax, ymax as written; may hold NaN or infinity
  bool is_difficult = false;
};

struct VocPicture {
  std::string file_name;  ///< empty if it has none
  ImageSize size;         ///< 0x0 if it has none
  std::vector<VocObject> objects;
};

/// Reads the content of one file. No entity of a document type is expanded.
/// @param source for messages
/// @throws Error naming the byte, or the object by its place and name: no XML, no <annotation>, an
/// object without name or box, a number that is none
VocPicture parse_voc(std::string_view xml, const std::string& source);

/// Reads a folder of XML files (all below it), or one of them.
///  - <difficult> objects become crowds: neither targets nor background, as VOC's evaluation has
///    them.
///  - Corners at 0, which VOC doesn't have, are taken as 1, and noted.
///  - With a folder of pictures, the one named in the file is looked for there, then the one named
///    as the file is.
/// @throws Error as above; two files of one picture; no file at all
CocoFile read_voc(const ReadOptions& options, ConvertNotes& notes);

/// Writes folder/Annotations/NAME.xml for each picture, also for those without objects, and
/// folder/classes.txt, the classes by ascending id. VOC has whole pixels: sides are rounded to the
/// nearest, a box keeps at least a pixel, and those that moved are noted. Crowds become
/// <difficult>.
/// @pre images have sizes, boxes are within them, names were checked
/// @throws Error as annotation_names, or if a file can't be written
void write_voc(const std::filesystem::path& folder, const CocoFile& file, ConvertNotes& notes,
               const ConvertProgress& progress);

}  // namespace rn
