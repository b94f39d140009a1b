#pragma once

#include <algorithm>
#include <random>

#include "eval/analysis/scene.h"

namespace rn {

/// Objects of all sizes, some of them crowds; detections near them, some twice, some of another
/// class, some nowhere. No two have the same score. The same on every machine.
inline Scene random_scene(int64_t images, int64_t classes, int64_t objects_per_image,
                          uint64_t seed = 1) {
  Scene scene(images, classes);
  std::mt19937_64 random(seed);
  const auto number = [&](double low, double high) {
    return low + (high - low) * (static_cast<double>(random() >> 11) * 0x1.0p-53);
  };
  const auto any_class = [&] { return static_cast<int64_t>(random() % classes) + 1; };
  for (int64_t i = 1; i <= images; ++i) {
    for (int64_t o = 0; o < objects_per_image; ++o) {
      const double size = number(8, 180);
      const Box box = {number(0, 800), number(0, 800), size * number(0.6, 1.6), size};
      const int64_t category = any_class();
      const bool crowd = o > 0 && random() % 10 == 0;
      scene.object(10 * i, category, box, crowd);
      for (uint64_t copies = random() % 3; copies > 0; --copies) {
        const double off = size * number(0, 0.3);
        scene.detect(10 * i, random() % 5 == 0 ? any_class() : category,
                     {box[0] + off, box[1], box[2], box[3] * number(0.8, 1.2)}, number(0.1, 1));
      }
      scene.detect(10 * i, any_class(), {number(0, 800), number(0, 800), size, size},
                   number(0, 0.6));
    }
  }
  return scene;
}

}  // namespace rn
