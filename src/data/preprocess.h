#pragma once

#include <torch/types.h>

#include <opencv2/core/mat.hpp>
#include <vector>

#include "core/image_size.h"
#include "data/config.h"

namespace rn {

/// Training and use share these functions, so that they can't disagree.

/// The size of a picture after the resize: torchvision's rule (GeneralizedRCNNTransform), scale =
/// min(short_side / min(h, w), long_side / max(h, w)) in float32 (by way of the reciprocals), size
/// = floor(side * scale), at least 1.
ImageSize resized_size(const ImageSize& original, int64_t short_side, int64_t long_side);

/// The same with the config's sides.
ImageSize resized_size(const ImageSize& original, const PreprocessConfig& config);

/// Pictures as the network reads them.
struct InputImages {
  torch::Tensor images;  ///< [N, 3, H, W] float32 RGB, normalised, channels-last, padded with 0
  std::vector<ImageSize> sizes_input;     ///< N, the part that is not padding
  std::vector<ImageSize> sizes_original;  ///< N
};

/// Resizes (bilinear in float32, half-pixel centres, no antialias: torchvision's), normalises and
/// pads on the right and below to a common multiple of config.pad_divisor, straight into the batch.
/// @param pictures RGB, 8 bit @param sizes_input the size of each after the resize
InputImages make_input(const std::vector<cv::Mat>& pictures,
                       const std::vector<ImageSize>& sizes_input, const PreprocessConfig& config);

/// The same with resized_size for each.
InputImages make_input(const std::vector<cv::Mat>& pictures, const PreprocessConfig& config);

/// Maps boxes from the network's input back to the picture. @param boxes_input [..., 4]
torch::Tensor boxes_to_original(const torch::Tensor& boxes_input, const ImageSize& size_input,
                                const ImageSize& size_original);

}  // namespace rn
