#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace rn {

/// What became of the turn or flip that a JPEG's EXIF segment asks for.
enum class ExifUse {
  kNone,     ///< it asks for none
  kApplied,  ///< the annotation file's size is that of the turned picture
  kLeftOut,  ///< it is that of the picture as stored
  kUnclear,  ///< applied, but the size is the same either way
};

/// What decoding a picture showed.
struct PictureCheck {
  std::string fault;       ///< why it can't be used, with file and id; empty if it can
  size_t bytes_hash = 0;   ///< of the file
  size_t pixels_hash = 0;  ///< of the RGB pixels and the size; the same in this process alone
  ExifUse exif = ExifUse::kNone;
  bool is_checked = false;  ///< false for the faulty ones of the set, which aren't decoded
};

/// Decodes every picture of the set but the faulty ones: those that can't be read, or whose size
/// disagrees with the annotation file.
/// @param on_picture called after each, on any thread; may be empty
/// @param threads 0: one for each core @return one for each image
std::vector<PictureCheck> check_pictures(const Dataset& dataset,
                                         const std::function<void()>& on_picture = {},
                                         int threads = 0);

/// A set and what its pictures showed.
struct CheckedSet {
  std::string key;  ///< "data.train"
  const Dataset* dataset;
  const std::vector<PictureCheck>* pictures;
};

/// Pictures with the same pixels, each named beside the first of its kind: within each set, and of
/// later sets beside those of the first.
std::vector<Fault> duplicate_pictures(const std::vector<CheckedSet>& sets);

/// Pictures whose boxes may have been drawn on another orientation.
std::vector<Fault> unclear_orientations(const CheckedSet& set);

}  // namespace rn
