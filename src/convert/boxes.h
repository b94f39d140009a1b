#pragma once

#include <array>
#include <string>

#include "coco/coco_file.h"
#include "convert/notes.h"

namespace rn {

/// COCO's: x and y of the left upper corner, width and height, in pixels from the picture's edge.
using CocoBox = std::array<double, 4>;

/// Sums and differences of decimal fractions aren't decimal fractions: 0.1 + 0.2 is
/// 0.30000000000000004. Rounds to a millionth of a pixel.
double without_noise(double pixels);

/// Why no object can have this box, or an empty text: numbers that are none, no width, no height.
std::string box_fault(const CocoBox& box);

/// Cuts boxes to their picture, since the readers of YOLO and CSV files throw away whole pictures
/// for less; what is wholly outside is left out. Both are noted.
/// @pre images have a size, annotations an image and a box
void clip_boxes(CocoFile& file, ConvertNotes& notes);

}  // namespace rn
