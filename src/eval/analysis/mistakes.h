#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "eval/analysis/kept_score.h"
#include "eval/analysis/tide.h"
#include "eval/coco_ground_truth.h"
#include "eval/matches.h"

namespace rn {

struct MistakeOptions {
  double score = kKeptScore;  ///< an image's detections of a lower score are not held against it
  int64_t max_images = 20;    ///< worst ones that are listed
  int64_t max_mistakes = 50;  ///< most confident ones that are listed
};

/// An object as the file has it.
struct ObjectView {
  int64_t id = 0;
  int64_t class_index = 0;  ///< index into CocoGroundTruth::categories()
  std::string class_name;
  std::array<double, 4> bbox{};  ///< x, y, width, height in pixels of the original image
};

/// A false positive at IoU .5.
struct Mistake {
  int64_t record = 0;  ///< index into the list of results
  int64_t image_id = 0;
  int64_t class_index = 0;  ///< index into CocoGroundTruth::categories()
  std::string class_name;
  std::array<double, 4> bbox{};  ///< x, y, width, height in pixels of the original image
  double score = 0;
  /// By TIDE's rules, but given the evaluation's matching. Never kMiss; in class-agnostic
  /// evaluation never kCls or kBoth.
  TideError error = TideError::kBkg;
  /// The object that it was near: of kLoc and kDupe the best of its class, of kCls the best of
  /// another class, of kBoth the best of any. None of kBkg.
  std::optional<ObjectView> object;
  double iou = 0;  ///< with that object; of kBkg the largest with any object
};

/// What is wrong in one image at IoU .5 and the score of MistakeOptions.
struct ImageMistakes {
  int64_t image_id = 0;
  int64_t objects = 0;  ///< that count (no crowds)
  int64_t true_positives = 0;
  double f1 = 0;                         ///< 2 TP / (2 TP + false positives + missed)
  std::vector<Mistake> false_positives;  ///< by descending score
  std::vector<ObjectView> missed;        ///< in the order of the file
  int64_t errors() const { return static_cast<int64_t>(false_positives.size() + missed.size()); }
};

struct Mistakes {
  double score = 0;
  /// By descending errors(); ties: lower F1, then lower id. Images without errors aren't there.
  std::vector<ImageMistakes> worst_images;
  int64_t images_with_errors = 0;
  std::vector<Mistake> most_confident;  ///< by descending score, NaN last; of any score
};

Mistakes make_mistakes(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
                       const Matches& matches, const MistakeOptions& options = {});

}  // namespace rn
