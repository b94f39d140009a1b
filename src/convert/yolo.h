#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "convert/formats.h"

namespace rn {

/// Which pictures a written set has.
inline constexpr const char* kPictureList = "pictures.txt";

/// YOLO (Darknet, Ultralytics): a text file for each picture with a line for each object, "class cx
/// cy width height", in shares of the picture; classes count from 0. A line with three points or
/// more, "class x1 y1 x2 y2 x3 y3 ...", is the outline of a segment.

struct YoloObject {
  int64_t line = 0;  ///< from 1
  int64_t class_index = 0;
  std::array<double, 4> corners{};  ///< left, top, right, bottom, shares of the picture
  bool is_outline = false;          ///< the corners are its bounding box's
};

/// Reads the content of one file.
/// @param source for messages
/// @throws Error naming the line: another number of numbers, something that is none, a class that
/// isn't below `classes`, values that are pixels
std::vector<YoloObject> parse_yolo(std::string_view text, const std::string& source,
                                   int64_t classes);

/// Reads a folder of label files, images/sub/a.jpg's being labels/sub/a.txt.
///  - Pictures are all those of options.images; one without a file has no objects, and is noted.
///  - Coordinates are rounded to a hundredth of a pixel, as COCO's own are: that takes away what
///    six digits of a share lost.
///  - Outlines become their bounding box, and are noted.
/// @pre options.images and options.classes are set
/// @throws Error as above; a picture that can't be read; no file of labels at all
CocoFile read_yolo(const ReadOptions& options, ConvertNotes& notes);

/// Writes folder/labels/NAME.txt for each picture, an empty one if it has no objects, and
/// folder/data.yaml with the classes by ascending id, from 0, and a list of the pictures,
/// folder/pictures.txt, which are expected below folder/images. Shares have nine digits.
/// @pre images have sizes, boxes are within them, there are no crowds
/// @throws Error as annotation_names, or if a file can't be written
void write_yolo(const std::filesystem::path& folder, const CocoFile& file,
                const ConvertProgress& progress);

}  // namespace rn
