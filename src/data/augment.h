#pragma once

#include <optional>

#include "core/random.h"
#include "data/config.h"
#include "data/sample.h"

namespace rn {

/// Augmentation in two steps, so that it can be tested and drawn: the dice are thrown into plain
/// numbers, then the numbers are applied.

/// What happens to one sample in one epoch, in this order.
struct AugmentChoice {
  int64_t quarter_turns = 0;  ///< clockwise, 0..3
  bool flip_horizontal = false;
  bool flip_vertical = false;
  double zoom = 1.0;      ///< > 1: a window of size / zoom is cut out; < 1: the canvas grows
  double window_x = 0.0;  ///< position of the window (or of the picture on the canvas) in 0..1
  double window_y = 0.0;
  double brightness = 1.0;            ///< factor
  double contrast = 1.0;              ///< factor
  double saturation = 1.0;            ///< factor
  double hue = 0.0;                   ///< shift, as a share of the colour circle
  std::optional<int64_t> short_side;  ///< instead of PreprocessConfig::short_side
};

/// @throws Error if scale_jitter is not empty or [low, high]
void check_augmentation(const AugmentConfig& config);

/// A function of (seed, epoch, sample) alone. Each number has its place in the stream, so turning
/// one augmentation on or off leaves the others as they were.
AugmentChoice draw_augmentation(const AugmentConfig& config, uint64_t seed, int64_t epoch,
                                int64_t sample_index);

/// Applies a choice (all but short_side, which is for the resize); boxes are carried along.
/// @param min_visible see zoom_window @param mean RGB in 0..1, what a margin is filled with: it is
/// normalised to 0, like padding
Sample augment(const Sample& sample, const AugmentChoice& choice, double min_visible,
               const std::vector<double>& mean);

/// The parts of `augment`; each is the identity at its neutral value and never writes to its input.
Sample rotate_quarter(const Sample& sample, int64_t quarter_turns);
Sample flip(const Sample& sample, bool horizontal, bool vertical);

/// Cuts the window out, or grows the canvas, so that the aspect ratio stays and objects become
/// `zoom` times as large after the resize. Boxes are clipped to the window; one that keeps less
/// than `min_visible` of its area, or nothing, is dropped. @param fill RGB, 0..255
Sample zoom_window(const Sample& sample, double zoom, double window_x, double window_y,
                   double min_visible, const cv::Scalar& fill);

/// Brightness, contrast (about the picture's mean grey), saturation and hue as one affine map of
/// RGB, clamped once at the end. The hue is turned in YIQ (a plane of constant luma), not in HSV as
/// torchvision does: it is linear and keeps the luma.
cv::Mat jitter_colour(const cv::Mat& image, double brightness, double contrast, double saturation,
                      double hue);

}  // namespace rn
