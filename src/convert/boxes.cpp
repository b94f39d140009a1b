#include "convert/boxes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace rn {

double without_noise(double pixels) { return std::round(pixels * 1e6) / 1e6; }

std::string box_fault(const CocoBox& box) {
  const bool is_finite =
      std::all_of(box.begin(), box.end(), [](double v) { return std::isfinite(v); });
  if (!is_finite) return "has numbers that are not finite";
  if (!(box[2] > 0)) return fmt::format("has width {}", box[2]);
  if (!(box[3] > 0)) return fmt::format("has height {}", box[3]);
  return {};
}

void clip_boxes(CocoFile& file, ConvertNotes& notes) {
  std::unordered_map<int64_t, const CocoImage*> images;
  for (const CocoImage& image : file.images) images.emplace(image.id, &image);
  int64_t cut = 0;
  std::erase_if(file.annotations, [&](CocoAnnotation& annotation) {
    const CocoImage& image = *images.at(annotation.image_id);
    CocoBox& box = *annotation.bbox;
    const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
    const double left = std::clamp(box[0], 0.0, width),
                 right = std::clamp(box[0] + box[2], 0.0, width);
    const double top = std::clamp(box[1], 0.0, height),
                 bottom = std::clamp(box[1] + box[3], 0.0, height);
    if (right <= left || bottom <= top) {
      notes.warn("boxes outside their picture, left out",
                 fmt::format("{}: the box {}, {}, {}, {} of a picture of {}x{}", image.file_name,
                             box[0], box[1], box[2], box[3], image.width, image.height));
      return true;
    }
    const bool is_inside =
        box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= width && box[1] + box[3] <= height;
    if (!is_inside) {
      box = {left, top, right - left, bottom - top};
      ++cut;
    }
    return false;
  });
  notes.note("boxes cut to their picture", cut);
}

}  // namespace rn
