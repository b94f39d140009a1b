#pragma once

#include <cstdint>
#include <mutex>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "data/dataset.h"

namespace rn {

/// Decoded pictures, kept until the memory that is allowed is full (none are thrown out: an epoch
/// visits every picture once, so the first kept are as good as any). Any thread may use it.
class ImageCache {
 public:
  /// @param bytes room for pixels; 0: keeps nothing
  ImageCache(int64_t images, int64_t bytes)
      : bytes_left_(bytes), images_(static_cast<size_t>(bytes > 0 ? images : 0)) {}

  /// The picture of a record, decoded now or earlier; shared, so not to be written to.
  /// @throws Error of read_image
  cv::Mat get(int64_t index, const LabelledImage& record);

 private:
  std::mutex mutex_;
  int64_t bytes_left_;
  std::vector<cv::Mat> images_;
};

}  // namespace rn
