#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/field.h"

namespace rn {

/// Whose sizes and pixels a resize gives.
enum class ResizeRule {
  kTorchvision,  ///< GeneralizedRCNNTransform's
  kDetectron2,   ///< ResizeShortestEdge's
};

constexpr auto enum_names(ResizeRule) {
  using Entry = std::pair<ResizeRule, std::string_view>;
  return std::array{Entry{ResizeRule::kTorchvision, "torchvision"},
                    Entry{ResizeRule::kDetectron2, "detectron2"}};
}

/// How pixels become the network's input; travels in the model file, so that training and use
/// agree.
struct PreprocessConfig {
  int64_t short_side = 800;
  int64_t long_side = 1333;
  ResizeRule resize = ResizeRule::kTorchvision;
  std::vector<double> mean = {0.485, 0.456, 0.406};
  std::vector<double> std = {0.229, 0.224, 0.225};
  int64_t pad_divisor = 32;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("short_side", c.short_side, Range{32, 8192}, "pixels of the shorter side after the resize");
    v("long_side", c.long_side, Range{32, 16384}, "the longer side is never larger than this");
    v("resize", c.resize,
      "torchvision: sizes rounded down, bilinear without antialias; detectron2: sizes rounded to "
      "the nearest, Pillow's bilinear, with antialias and in 8 bit");
    v("mean", c.mean, Range{0, 1}, "RGB mean to subtract, of pixels in 0..1");
    v("std", c.std, Range{1e-6, 10}, "RGB standard deviation to divide by");
    v("pad_divisor", c.pad_divisor, Range{1, 1024}, "batches are padded to a multiple of this");
  }
};

/// A COCO data set: a folder and an annotation file.
struct DatasetConfig {
  std::string images;
  std::string annotations;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("images", c.images, "folder with the pictures");
    v("annotations", c.annotations, "COCO JSON file");
  }
};

struct AugmentConfig {
  double horizontal_flip = 0.5;
  double vertical_flip = 0.0;
  std::vector<int64_t> short_sides = {};
  double brightness = 0.0;
  double contrast = 0.0;
  double saturation = 0.0;
  double hue = 0.0;
  double rotate90 = 0.0;
  std::vector<double> scale_jitter = {};
  double min_visible = 0.3;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("horizontal_flip", c.horizontal_flip, Range{0, 1}, "probability of a left-right flip");
    v("vertical_flip", c.vertical_flip, Range{0, 1}, "probability of an upside-down flip");
    v("short_sides", c.short_sides, Range{32, 8192},
      "multi-scale training: one of these for each image; empty: data.short_side");
    v("brightness", c.brightness, Range{0, 1}, "colour jitter: factor in 1 +- this");
    v("contrast", c.contrast, Range{0, 1}, "colour jitter: factor in 1 +- this");
    v("saturation", c.saturation, Range{0, 1}, "colour jitter: factor in 1 +- this");
    v("hue", c.hue, Range{0, 0.5}, "colour jitter: shift in +- this of the colour circle");
    v("rotate90", c.rotate90, Range{0, 1},
      "probability of one to three quarter turns; for pictures without an up and down");
    v("scale_jitter", c.scale_jitter, Range{0.25, 4},
      "[low, high] of a random zoom: above 1 cuts a window out, below 1 leaves a margin of the "
      "mean "
      "colour; empty: none");
    v("min_visible", c.min_visible, Range{0, 1},
      "a box that keeps less than this share of its area in the window is dropped");
  }
};

/// What becomes of a box that can't be a target (NaN, no width, no height, wholly outside).
enum class InvalidBoxes { kDrop, kRefuse };

constexpr auto enum_names(InvalidBoxes) {
  using Entry = std::pair<InvalidBoxes, std::string_view>;
  return std::array{Entry{InvalidBoxes::kDrop, "drop"}, Entry{InvalidBoxes::kRefuse, "refuse"}};
}

/// Which logit a category gets. contiguous: the k-th by ascending id gets logit k. category_id:
/// category i gets logit i, as torchvision's users have it: COCO's 80 categories have 91 logits,
/// and those whose id is no category (0 among them) learn to be background.
enum class LabelRule { kContiguous, kCategoryId };

constexpr auto enum_names(LabelRule) {
  using Entry = std::pair<LabelRule, std::string_view>;
  return std::array{Entry{LabelRule::kContiguous, "contiguous"},
                    Entry{LabelRule::kCategoryId, "category_id"}};
}

struct DataConfig : PreprocessConfig {
  DatasetConfig train;
  DatasetConfig val;
  AugmentConfig augment;
  InvalidBoxes invalid_boxes = InvalidBoxes::kDrop;
  LabelRule labels = LabelRule::kContiguous;
  bool group_by_aspect = true;
  bool drop_last = false;
  int64_t max_bad_images = 10;
  int64_t cache_mb = 0;
  int64_t workers = 2;
  int64_t prefetch = 4;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("train", c.train, "the training set");
    v("val", c.val, "the validation set");
    PreprocessConfig::visit(c, v);
    v("augment", c.augment, "random changes to training pictures");
    v("invalid_boxes", c.invalid_boxes, "drop (with a warning) or refuse degenerate boxes");
    v("labels", c.labels,
      "contiguous: a logit for each category; category_id: logit i is category i (torchvision)");
    v("group_by_aspect", c.group_by_aspect, "batches hold only wide or only tall pictures");
    v("drop_last", c.drop_last, "leave out an epoch's last training batch if it is not full");
    v("max_bad_images", c.max_bad_images, Range{0, 1e9},
      "training skips so many different pictures that can't be read, with a warning each; one more "
      "ends the run; 0: the first one does; counted anew when a run is resumed, for they may have "
      "been mended");
    v("cache_mb", c.cache_mb, Range{0, 1e7}, "MiB of decoded pictures kept in memory; 0: none");
    v("workers", c.workers, Range{0, 256}, "loader threads; 0 loads in the training thread");
    v("prefetch", c.prefetch, Range{1, 256}, "batches kept ready");
  }
};

}  // namespace rn
