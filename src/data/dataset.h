#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "core/category.h"
#include "core/image_size.h"
#include "data/config.h"
#include "data/fault_list.h"
#include "data/sample.h"

namespace rn {

/// A picture of a data set with its objects, clipped to the picture.
struct LabelledImage {
  int64_t id = 0;              ///< as in the COCO file
  std::filesystem::path path;  ///< folder / file_name
  ImageSize size;              ///< as in the COCO file; `read_image` holds the picture to it
  ObjectLabels objects;
  bool is_faulty = false;  ///< the set is refused for it; other checks leave it out
};

/// What the file held and what became of it.
struct DatasetSummary {
  int64_t images = 0;
  int64_t empty_images = 0;  ///< without objects; crowds don't count as objects
  int64_t objects = 0;
  int64_t crowds = 0;
  int64_t dropped_boxes = 0;               ///< NaN, no width or height, wholly outside, absent
  int64_t clipped_boxes = 0;               ///< more than a pixel of them was outside the picture
  int64_t tiny_boxes = 0;                  ///< kept, though a side is shorter than two pixels
  std::vector<int64_t> objects_per_class;  ///< [K]
};

/// How a file is understood, and what to do about its faults.
struct DatasetPolicy {
  static constexpr int64_t kFew = 10;  ///< a person mends a few at a time
  InvalidBoxes invalid_boxes = InvalidBoxes::kDrop;
  LabelRule labels = LabelRule::kContiguous;
  int64_t max_named = kFew;   ///< so many that end it and so many that were mended; others counted
  bool name_clipped = false;  ///< boxes that were clipped are named, too, not only counted
};

/// All that was found wrong with a file.
struct DatasetFaults {
  std::vector<Fault> fatal;   ///< the set is refused for them
  std::vector<Fault> mended;  ///< it can be trained on with them
};

/// A data set that can be trained on: every fault of the file has been refused, or mended and
/// noted.
class Dataset {
 public:
  /// Judges a COCO file. Boxes become xyxy and are clipped to their picture; boxes of positive size
  /// are kept however small. Classes are the file's categories by ascending id. Images keep the
  /// order of the file; those without a width and height are decoded once to learn them.
  /// @param source the annotation file's name, for messages
  /// @throws Error naming file, ids and remedy: no images, no categories, an id twice, an
  /// annotation of an unknown image or category; with InvalidBoxes::kRefuse also boxes that can't
  /// be a target
  Dataset(const CocoFile& file, const std::filesystem::path& image_folder, std::string source,
          const DatasetPolicy& policy = {});

  /// Reads the annotation file and makes sure that every picture exists.
  /// @param key the config's key of this data set, for messages: "data.train"
  static Dataset load(const DatasetConfig& config, const DatasetPolicy& policy,
                      const std::string& key);

  /// The same for one who wants to know everything, whatever policy.max_named: all that load()
  /// would refuse or mend, and what it doesn't mind: boxes that occur twice, classes without
  /// objects. Not to be trained on if there are fatal faults.
  /// @throws Error if the file can't be read, or has no images or no categories
  static Dataset inspect(const DatasetConfig& config, DatasetPolicy policy, const std::string& key,
                         DatasetFaults& faults);

  int64_t size() const { return static_cast<int64_t>(images_.size()); }
  const std::vector<LabelledImage>& images() const { return images_; }
  const LabelledImage& operator[](int64_t index) const {
    return images_[static_cast<size_t>(index)];
  }

  /// K, by ascending id; the position is the class index. With LabelRule::kCategoryId it is the id,
  /// too, and ids that the file doesn't name are unused categories.
  const std::vector<Category>& categories() const { return categories_; }
  int64_t num_classes() const { return static_cast<int64_t>(categories_.size()); }

  /// Of the ids of the images and of the categories with their names: what a run's place in an
  /// epoch and its classes mean.
  int64_t checksum() const;

  /// Of the objects that are trained on: boxes, classes and crowds of each image. Another one tells
  /// that annotations were edited.
  int64_t objects_checksum() const;

  const DatasetSummary& summary() const { return summary_; }
  /// The faults that were mended, each with file and ids: the first that the policy names, then how
  /// many more there are. The caller prints them.
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::string& source() const { return source_; }

 private:
  Dataset() = default;
  /// @return what was mended
  FaultList take(const CocoFile& file, const std::filesystem::path& image_folder,
                 const DatasetPolicy& policy, bool files_must_exist, FaultList& fatal);

  std::vector<LabelledImage> images_;
  std::vector<Category> categories_;
  DatasetSummary summary_;
  std::vector<std::string> warnings_;
  std::string source_;
};

/// A category for each logit, by the rule. @param categories as a file lists them
/// @throws Error naming the source: none at all, an id twice, no name, ids that the rule can't have
std::vector<Category> class_list(std::vector<Category> categories, LabelRule labels,
                                 const std::string& source);

/// Class indices mean the same in both only if ids and names agree. Unused categories don't count.
/// @param expected_source where `expected` comes from: a file or a model
/// @throws Error naming the first categories that differ, and the remedy
void check_same_categories(const std::vector<Category>& expected,
                           const std::string& expected_source, const std::vector<Category>& found,
                           const std::string& found_source);

/// Boxes that occur twice in an image, of the same class and with the same numbers: each counts as
/// an object, and only one can be found.
std::vector<Fault> repeated_boxes(const CocoFile& file, const std::string& source);

/// Categories that look like a mistake: without objects, with another's name, a background.
std::vector<Fault> doubtful_categories(const Dataset& dataset);

}  // namespace rn
