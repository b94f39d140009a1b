#include "data/noise.h"

#include <algorithm>
#include <cstring>
#include <opencv2/core.hpp>
#include <utility>

#include "core/error.h"

namespace rn {
namespace {

constexpr double kShortest = 0.03;  // of the picture's side
constexpr double kLongest = 0.28;

cv::Mat noise_picture(const ImageSize& size, Rng& rng) {
  cv::Mat picture(static_cast<int>(size.height), static_cast<int>(size.width), CV_8UC3);
  const size_t bytes = picture.total() * picture.elemSize();
  for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
    const uint64_t word = rng.next();
    std::memcpy(picture.data + i, &word, std::min(sizeof(word), bytes - i));
  }
  return picture;
}

/// Begin and end of a box along a side.
std::pair<float, float> random_extent(int64_t side, Rng& rng) {
  const double length = rng.uniform(kShortest, kLongest);
  const double begin = rng.uniform(0, 1 - length);
  const auto pixels = static_cast<double>(side);
  return {static_cast<float>(begin * pixels), static_cast<float>((begin + length) * pixels)};
}

}  // namespace

Sample noise_sample(const ImageSize& size, int64_t objects, int64_t num_classes, Rng rng) {
  RN_CHECK(size.height > 0 && size.width > 0 && num_classes > 0, "{}x{}, {} classes", size.height,
           size.width, num_classes);
  Sample sample;
  sample.image = noise_picture(size, rng);
  for (int64_t i = 0; i < objects; ++i) {
    const auto [x1, x2] = random_extent(size.width, rng);
    const auto [y1, y2] = random_extent(size.height, rng);
    sample.objects.boxes.push_back({x1, y1, x2, y2});
    sample.objects.labels.push_back(rng.below(num_classes));
  }
  return sample;
}

}  // namespace rn
