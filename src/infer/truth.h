#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "core/category.h"
#include "core/image_size.h"
#include "infer/detections.h"

namespace rn {

/// An object of an annotation file.
struct TruthObject {
  std::array<float, 4> box{};  ///< xyxy in pixels of the picture
  int64_t label = 0;           ///< into Truth::names()
  bool is_crowd = false;       ///< a region of many objects: nothing in it is right or wrong
};

/// What is known of a picture.
struct PictureTruth {
  bool is_known = false;
  std::string reason;  ///< why it isn't: "no record in val.json"
  std::vector<TruthObject> objects;
};

/// An annotation file, its pictures found by their file names and its classes by their names.
class Truth {
 public:
  /// @throws Error naming the file if it can't be read, has two records of a class's name, or no
  /// class of the model
  Truth(const std::filesystem::path& path, const std::vector<Category>& categories);

  /// The record with this file name: if several have it, the one whose folders agree.
  /// @param size of the picture, which the record must agree with
  PictureTruth find(const std::filesystem::path& picture, const ImageSize& size) const;

  /// The model's classes, then those that only the file has.
  const std::vector<std::string>& names() const { return names_; }
  /// Whether the file has the class; what is found of another one is neither right nor wrong.
  bool has_class(int64_t label) const { return is_in_file_[static_cast<size_t>(label)]; }
  /// What a person should know of classes that don't fit; empty if all do.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void match_classes(const std::vector<Category>& known);

  std::string source_;
  CocoFile file_;
  std::vector<std::string> names_;
  std::vector<bool> is_in_file_;  ///< for each name
  std::vector<std::string> notes_;
  std::map<int64_t, int64_t> label_of_;         ///< by category id
  std::multimap<std::string, size_t> records_;  ///< indices of images by the last part of the name
  std::multimap<int64_t, size_t> annotations_;  ///< indices by image id
};

enum class Verdict {
  kRight,
  kWrong,
  kIgnored,  ///< in a crowd region, or of a class that the annotations don't have
};

/// Detections against the truth of one picture.
struct TruthMatch {
  std::vector<Verdict> detections;  ///< [D]
  std::vector<bool> is_found;       ///< for each object; crowds are false
  int64_t right = 0;                ///< TP
  int64_t wrong = 0;                ///< FP
  int64_t missed = 0;               ///< FN: objects that aren't found, crowds left out
};

/// Each detection, best score first, gets the free object of its class that it overlaps most, with
/// an IoU of at least 0.5, as in COCO's evaluation at that threshold.
TruthMatch match_truth(const Detections& detections, const PictureTruth& picture,
                       const Truth& truth);

}  // namespace rn
