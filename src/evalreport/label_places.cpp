#include "evalreport/label_places.h"

#include <algorithm>
#include <array>

namespace rn::page {
namespace {

double shared_area(const LabelPlace& a, const LabelPlace& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/// Moved into the region, whose left and top win where it is too small.
LabelPlace moved_into(const ImageRegion& region, LabelPlace place) {
  const auto left = static_cast<double>(region.x);
  const auto top = static_cast<double>(region.y);
  place.x =
      std::max(left, std::min(place.x, left + static_cast<double>(region.width) - place.width));
  place.y =
      std::max(top, std::min(place.y, top + static_cast<double>(region.height) - place.height));
  return place;
}

}  // namespace

LabelPlace LabelPlaces::place(const LabelPlace& box, double width, double height, bool below) {
  const double right = box.x + box.width - width;
  const double above_y = box.y - height;
  const double below_y = box.y + box.height;
  const double first_y = below ? below_y : above_y;
  const double second_y = below ? above_y : below_y;
  const double inside_y = below ? below_y - height : box.y;
  const std::array<LabelPlace, 6> candidates = {{{box.x, first_y, width, height},
                                                 {right, first_y, width, height},
                                                 {box.x, second_y, width, height},
                                                 {right, second_y, width, height},
                                                 {box.x, inside_y, width, height},
                                                 {right, inside_y, width, height}}};
  LabelPlace best;
  double least = -1;
  for (const LabelPlace& candidate : candidates) {
    const LabelPlace place = moved_into(region_, candidate);
    double overlap = 0;
    for (const LabelPlace& other : taken_) overlap += shared_area(place, other);
    if (least >= 0 && overlap >= least) continue;
    best = place;
    least = overlap;
  }
  taken_.push_back(best);
  return best;
}

}  // namespace rn::page
