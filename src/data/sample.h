#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <vector>

namespace rn {

/// x1, y1, x2, y2 in the pixel convention of boxes/boxes.h.
using XyxyBox = std::array<float, 4>;

/// The objects of one picture, in the frame of that picture.
struct ObjectLabels {
  std::vector<XyxyBox> boxes;
  std::vector<int64_t> labels;  ///< class index 0..K-1 of each of `boxes`
  std::vector<XyxyBox> crowds;  ///< regions with uncounted objects, never a target
};

/// A picture on its way to the batch: augmentation maps a sample to a sample.
struct Sample {
  cv::Mat image;  ///< RGB, 8 bit; may be shared with a cache, so never written to in place
  ObjectLabels objects;
  int64_t image_id = 0;
};

}  // namespace rn
