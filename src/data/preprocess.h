#pragma once

#include <torch/types.h>

#include <opencv2/core/mat.hpp>
#include <optional>
#include <vector>

#include "core/image_size.h"
#include "data/config.h"

namespace rn {

/// Training and use share these functions, so that they can't disagree.

/// The size of a picture after the resize, by the config's rule; at least 1.
///  - torchvision (GeneralizedRCNNTransform): scale = min(short_side / min(h, w), long_side /
///    max(h, w)) in float32 (by way of the reciprocals), size = floor(side * scale)
///  - detectron2 (ResizeShortestEdge): the shorter side becomes short_side; if the longer one is
///    then more than long_side, both shrink by the same factor, all in float64; size =
///    floor(side + 0.5)
/// @param short_side in place of the config's, for multi-scale training
ImageSize resized_size(const ImageSize& original, const PreprocessConfig& config,
                       std::optional<int64_t> short_side = {});

/// With the padding of a batch of pictures of this size. @param divisor config.pad_divisor
ImageSize padded_size(const ImageSize& size, int64_t divisor);

/// The largest input that the config allows, padding included, lying on its side.
ImageSize largest_input(const PreprocessConfig& config);

/// Pictures as the network reads them.
struct InputImages {
  torch::Tensor images;  ///< [N, 3, H, W] float32 RGB, normalised, channels-last, padded with 0
  std::vector<ImageSize> sizes_input;     ///< N, the part that is not padding
  std::vector<ImageSize> sizes_original;  ///< N
};

/// Resizes and normalises by the config's rule (torchvision: resize_normalised; detectron2:
/// resize_antialiased, then normalise_row) and pads on the right and below to a common multiple of
/// config.pad_divisor, straight into the batch.
/// @param pictures RGB, 8 bit @param sizes_input the size of each after the resize
InputImages make_input(const std::vector<cv::Mat>& pictures,
                       const std::vector<ImageSize>& sizes_input, const PreprocessConfig& config);

/// The same with resized_size for each.
InputImages make_input(const std::vector<cv::Mat>& pictures, const PreprocessConfig& config);

/// Maps boxes from the network's input back to the picture. @param boxes_input [..., 4]
torch::Tensor boxes_to_original(const torch::Tensor& boxes_input, const ImageSize& size_input,
                                const ImageSize& size_original);

}  // namespace rn
