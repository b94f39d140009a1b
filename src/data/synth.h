#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/field.h"

namespace rn {

/// An embedded data set: drawn scenes with six kinds of shapes.
struct SynthConfig {
  int64_t train_images = 400;
  int64_t val_images = 100;
  int64_t width = 320;
  int64_t height = 240;
  int64_t seed = 1;
  int64_t max_objects = 16;
  double empty_fraction = 0.05;
  double crowd_fraction = 0.06;
  int64_t jpeg_quality = 92;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("train_images", c.train_images, Range{1, 1e6}, "pictures to train with");
    v("val_images", c.val_images, Range{1, 1e6}, "pictures to validate with");
    v("width", c.width, Range{64, 4096}, "of a picture, in pixels");
    v("height", c.height, Range{64, 4096}, "of a picture, in pixels");
    v("seed", c.seed, Range{0, 9007199254740992.0}, "the same seed draws the same pictures");
    v("max_objects", c.max_objects, Range{1, 1000}, "the fullest picture has this many objects");
    v("empty_fraction", c.empty_fraction, Range{0, 1}, "share of pictures without an object");
    v("crowd_fraction", c.crowd_fraction, Range{0, 1},
      "share of pictures with a dense patch that is labelled as one crowd region");
    v("jpeg_quality", c.jpeg_quality, Range{50, 100}, "of the files");
  }
};

/// What was written.
struct SynthSummary {
  int64_t images = 0;
  int64_t empty_images = 0;
  int64_t objects = 0;  ///< crowds not counted
  int64_t crowds = 0;
  std::vector<std::pair<std::string, int64_t>> classes;  ///< name and number of objects
};

/// Called after each picture with the number done and the number of all; never from two threads at
/// once.
using SynthProgress = std::function<void(int64_t done, int64_t total)>;

/// Writes folder/{train,val}/NNNNNN.jpg and folder/annotations/{train,val}.json (COCO). Picture i
/// of a split is a function of (seed, split, i) and the sizes in the config. `folder/synth.json`
/// marks the folder as one of ours and holds the config; annotations are written last, so a set
/// that was cut short has none.
/// @param overwrite write into a folder that holds other things, too
/// @throws Error if the folder holds anything that is not such a set, or can't be written
SynthSummary write_synthetic_dataset(const std::filesystem::path& folder, const SynthConfig& config,
                                     bool overwrite = false, const SynthProgress& progress = {},
                                     int threads = 0);

}  // namespace rn
