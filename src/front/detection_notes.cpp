#include "front/detection_notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "core/image_size.h"
#include "core/parallel.h"

namespace rn {
namespace {

constexpr double kFarBeyond = 1.1;      // times the picture's side
constexpr double kShareOfCorners = .2;  // of the boxes: fewer may just be bad ones
constexpr size_t kNamedCategories = 5;

/// How many of each kind.
struct Counts {
  int64_t unknown = 0;
  int64_t strange_score = 0;
  int64_t without_area = 0;
  int64_t below_a_pixel = 0;
  int64_t far_beyond = 0;
  int64_t sized = 0;             ///< of pictures whose size is known
  std::set<int64_t> categories;  ///< the first of the unknown ones, one more than are named

  void operator+=(const Counts& other) {
    unknown += other.unknown;
    strange_score += other.strange_score;
    without_area += other.without_area;
    below_a_pixel += other.below_a_pixel;
    far_beyond += other.far_beyond;
    sized += other.sized;
    categories.insert(other.categories.begin(), other.categories.end());
    while (categories.size() > kNamedCategories + 1) categories.erase(std::prev(categories.end()));
  }
};

/// By index into CocoGroundTruth::image_ids(); 0 x 0 where unknown.
std::vector<ImageSize> sizes_of(const CocoGroundTruth& ground_truth,
                                std::span<const CocoImage> images) {
  std::vector<ImageSize> sizes(ground_truth.image_ids().size());
  for (const CocoImage& image : images) {
    if (const auto i = ground_truth.image_index(image.id)) sizes[*i] = {image.height, image.width};
  }
  return sizes;
}

void count(const CocoGroundTruth& ground_truth, const std::vector<ImageSize>& sizes,
           const CocoResult& detection, Counts& counts) {
  if (!ground_truth.category_index(detection.category_id)) {
    ++counts.unknown;
    if (counts.categories.size() <= kNamedCategories) {
      counts.categories.insert(detection.category_id);
    }
  }
  counts.strange_score += !(detection.score >= 0 && detection.score <= 1);
  const auto& [x, y, width, height] = detection.bbox;
  counts.without_area += !(width > 0 && height > 0);
  counts.below_a_pixel += x + width <= 1 && y + height <= 1;
  const auto image = ground_truth.image_index(detection.image_id);
  if (!image || sizes[*image].width <= 0 || sizes[*image].height <= 0) return;
  ++counts.sized;
  counts.far_beyond += x + width > kFarBeyond * static_cast<double>(sizes[*image].width) ||
                       y + height > kFarBeyond * static_cast<double>(sizes[*image].height);
}

}  // namespace

std::vector<std::string> notes_on_detections(const CocoGroundTruth& ground_truth,
                                             std::span<const CocoImage> images,
                                             std::span<const CocoResult> detections, int threads) {
  constexpr int64_t kPart = 1 << 16;
  const auto size = std::ssize(detections);
  const auto sizes = sizes_of(ground_truth, images);
  std::vector<Counts> parts((size + kPart - 1) / kPart);
  parallel_for(std::ssize(parts), threads, [&](int64_t part) {
    for (int64_t i = part * kPart; i < std::min(size, (part + 1) * kPart); ++i) {
      count(ground_truth, sizes, detections[i], parts[part]);
    }
  });
  Counts all;
  for (const Counts& part : parts) all += part;

  const bool has_more = all.categories.size() > kNamedCategories;
  if (has_more) all.categories.erase(std::prev(all.categories.end()));

  std::vector<std::string> notes;
  const auto note = [&](int64_t found, const std::string& what) {
    if (found > 0) notes.push_back(fmt::format("{} of {} detections {}", found, size, what));
  };
  note(all.unknown,
       fmt::format("are of categories that the annotations don't have (ids {}{}) and don't count; "
                   "are the ids those of the annotations' \"categories\"?",
                   fmt::join(all.categories, ", "), has_more ? ", ..." : ""));
  note(all.strange_score,
       "have a score that isn't between 0 and 1; they count by their order, and calibration means "
       "nothing");
  note(all.without_area, "have a width or height that isn't positive and can't match an object");
  if (2 * all.below_a_pixel > size) {
    note(all.below_a_pixel,
         "lie within the first pixel; expected x, y, width, height in pixels: are they shares of "
         "the picture's sides?");
  }
  if (static_cast<double>(all.far_beyond) > kShareOfCorners * static_cast<double>(all.sized)) {
    note(all.far_beyond,
         "reach far beyond their pictures; expected x, y, width, height: are they corners, "
         "x1, y1, x2, y2?");
  }
  return notes;
}

}  // namespace rn
