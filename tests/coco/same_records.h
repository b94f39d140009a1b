#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "coco/coco_file.h"

namespace rn::testing {

/// Equal bit by bit. A NaN is the same as any other.
inline bool same(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) || (a != a && b != b);
}
inline bool same(const std::array<double, 4>& a, const std::array<double, 4>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return same(x, y); });
}
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}
inline bool same(const CocoImage& a, const CocoImage& b) {
  return a.id == b.id && a.file_name == b.file_name && a.width == b.width && a.height == b.height;
}
inline bool same(const CocoAnnotation& a, const CocoAnnotation& b) {
  return a.id == b.id && a.image_id == b.image_id && a.category_id == b.category_id &&
         same(a.bbox, b.bbox) && same(a.area, b.area) && a.iscrowd == b.iscrowd;
}
inline bool same(const CocoResult& a, const CocoResult& b) {
  return a.image_id == b.image_id && a.category_id == b.category_id && same(a.bbox, b.bbox) &&
         same(a.score, b.score);
}
template <class Record>
bool same(const std::vector<Record>& a, const std::vector<Record>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Record& x, const Record& y) { return same(x, y); });
}
inline bool same(const CocoFile& a, const CocoFile& b) {
  return same(a.images, b.images) && same(a.annotations, b.annotations) &&
         a.categories == b.categories;
}

}  // namespace rn::testing
